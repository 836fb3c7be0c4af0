@provisioning
Feature: Rules of the documented MDM
  Whom the MDM takes, under which names, and what it refuses. Each rule is one that a
  plain SCIM server does not have, and that an administrator finds in the pages.

  @IVANTI-054 @NEG-23 @policy-ivanti-r119
  Rule: A user has a first or a last name

    Scenario: A user whose first and last name are both blank is refused
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"name": {"givenName": "", "familyName": " "}}
        """
      Then the answer is the error 400
      And the endpoint has no user "ada@contoso.test"

    Scenario: A user with a last name alone is taken
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"name": {"givenName": "", "familyName": "Lovelace"}}
        """
      Then the endpoint has one active user "ada@contoso.test"

  @IVANTI-040 @policy-ivanti-r119
  Rule: A user has an e-mail address

    Scenario: A user without an address is refused
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"emails": null}
        """
      Then the answer is the error 400
      And the endpoint has no user "ada@contoso.test"

    @entra @groups
    Scenario: A member of a group without an address fails alone
      Given Entra ID is connected to the endpoint
      And these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And the mail of Grace becomes ""
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint group "Engineering" lists only "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"

  @IVANTI-043 @policy-ivanti-r119
  Rule: A user who is not active is not taken

    Scenario: A user who is disabled from the start is refused
      When a client creates the user "ada@contoso.test" with the attributes:
        """
        {"active": false}
        """
      Then the answer is the error 400
      And the endpoint has no user "ada@contoso.test"

  @IVANTI-087 @policy-ivanti-r119
  Rule: A user name has the form of an e-mail address

    Scenario: A name without an @ is refused
      When a client creates a user whose name is no address
      Then the answer is the error 400

    Scenario: A name with an @ is taken
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is 201 with an id and a location

  @IVANTI-087 @portal @policy-ivanti-r119
  Rule: Where user names are unique over all tenants, one tenant alone has a name

    Background:
      Given another tenant has the user "ada@contoso.test"

    Scenario: A name of another tenant is refused
      Given the rule "user_names_unique_over_tenants" of the MDM is on
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is the error 409 "uniqueness"
      And the endpoint has no user "ada@contoso.test"

    Scenario: Without the rule a name may be had in each tenant
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is 201 with an id and a location

  @IVANTI-061 @policy-ivanti-r118
  Rule: Up to R118 a user name stays what it is

    Scenario: A new user name is refused
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "Replace", "path": "userName", "value": "countess@contoso.test"}]
        """
      Then the answer is the error 400
      And "ada@contoso.test" is unchanged
      And the endpoint has no user "countess@contoso.test"

    Scenario: A second user of the same name is refused
      Given a client created the users "ada@contoso.test"
      When a client creates the user "ada@contoso.test" named "Ada the Second"
      Then the answer is the error 409 "uniqueness"
      And "ada@contoso.test" is unchanged

  @IVANTI-062 @policy-ivanti-r119 @renames-users
  Rule: From R119 on a user may be renamed

    Scenario: A new user name is found under the id that the user had
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "Replace", "path": "userName", "value": "countess@contoso.test"}]
        """
      Then "ada@contoso.test" is now "countess@contoso.test"

  @IVANTI-089 @policy-ivanti-r119
  Rule: No number of licences keeps a user out

    Scenario: One more user is taken after many
      Given a client created the users "a@contoso.test, b@contoso.test, c@contoso.test, d@contoso.test, e@contoso.test, f@contoso.test"
      When a client creates the user "ada@contoso.test" named "Ada"
      Then the answer is 201 with an id and a location
      And the endpoint has one active user "ada@contoso.test"

  @IVANTI-046 @NEG-47 @groups @policy-ivanti-r119
  Rule: One group bears a name

    Scenario: A second group of the name of another is refused
      Given a client created the groups "Engineering, Research"
      When a client creates the group "ENGINEERING"
      Then the answer is the error 409 "uniqueness"
      And the endpoint group "Engineering" has no members

    @portal
    Scenario Outline: A group of the name of one from <source> is refused
      Given these groups of other sources exist:
        | group       | source   |
        | Engineering | <source> |
      When a client creates the group "Engineering"
      Then the answer is the error 409 "uniqueness"
      And the User Groups page lists "Engineering" from "<source>"

      Examples:
        | source |
        | LDAP   |
        | Local  |

    @IVANTI-090 @portal @entra
    Scenario: A group that was made in the portal is not written by Entra ID, and the log says so
      Given these groups of other sources exist:
        | group       | source |
        | Engineering | Local  |
      And Entra ID is connected to the endpoint
      And these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the provisioning log shows "create" with "failure" for "Engineering"
      And the endpoint has one active user "ada@contoso.test"
      And the User Groups page lists "Engineering" from "Local"

  @policy-ivanti-r119
  Rule: SCIM brings users and groups, and nothing else

    Scenario Outline: There are no <things> to be had
      When a client asks for "<path>"
      Then there is nothing to be had there

      @IVANTI-072
      Examples: Resources of a directory
        | things               | path                 |
        | organisational units | /OrganizationalUnits |

      @IVANTI-044
      Examples: Notifications
        | things | path    |
        | events | /Events |

    @IVANTI-072
    Scenario: Organisational units are no resource type
      When a client asks for "/ResourceTypes"
      Then no resource type is called "OrganizationalUnit"
