@provisioning
Feature: Another identity provider at the same endpoint
  Entra ID is not the only client. Okta looks users up, replaces them whole and pushes
  groups by name; the same endpoint serves it, and both end in the same state.

  @SEED-006 @NEG-52 @IVANTI-027
  Rule: Okta's requests do to a user what Entra ID's do

    Scenario: A new user is looked up, created and found
      When Okta provisions Ada with the surname "Lovelace"
      Then the endpoint has one active user "ada@contoso.test"
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value            |
        | name.givenName               | Ada              |
        | name.familyName              | Lovelace         |
        | displayName                  | Ada Lovelace     |
        | emails[type eq "work"].value | ada@contoso.test |

    Scenario: A user who is there already is replaced under her id
      Given Okta has provisioned Ada
      When Okta provisions Ada with the surname "King"
      Then the endpoint has one active user "ada@contoso.test"
      And "ada@contoso.test" has the id it had
      And the user "ada@contoso.test" at the endpoint has:
        | attribute       | value |
        | name.familyName | King  |

    Scenario: A changed surname is sent with the whole user, and the rest stays
      Given Okta has provisioned Ada and Grace
      When Okta changes the surname of Ada to "King"
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value            |
        | name.givenName               | Ada              |
        | name.familyName              | King             |
        | emails[type eq "work"].value | ada@contoso.test |
      And "ada@contoso.test" has the id it had
      And "grace@contoso.test" is unchanged

    Scenario: A deactivated user is disabled, and nothing else
      Given Okta has provisioned Ada and Grace
      When Okta deactivates Ada
      Then only "active" of "ada@contoso.test" has changed, to "false"
      And "grace@contoso.test" is unchanged

  @SEED-006 @NEG-52 @IVANTI-028 @groups
  Rule: A group is pushed by name, with its members

    Scenario: A pushed group is there with its members
      Given Okta has provisioned Ada and Grace
      When Okta pushes the group "Engineering" with Ada and Grace
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    Scenario: A group that is there already is found by its name and given these members
      Given Okta has pushed the group "Engineering" with Ada and Grace
      When Okta pushes the group "Engineering" with Grace
      Then the endpoint group "Engineering" lists only "grace@contoso.test"

    Scenario: One member comes and one goes with a single request
      Given Okta has pushed the group "Engineering" with Ada
      And Okta has provisioned Grace
      When Okta puts Grace into "Engineering" in the place of Ada
      Then the endpoint group "Engineering" lists only "grace@contoso.test"

    Scenario: A renamed group keeps its members
      Given Okta has pushed the group "Engineering" with Ada
      When Okta renames the group "Engineering" to "Research"
      Then the endpoint group "Research" lists only "ada@contoso.test"
      And the endpoint has no group "Engineering"

  @SEED-006 @NEG-52 @entra
  Rule: What Okta made, Entra ID finds

    Scenario: Entra ID matches the user and makes no second one
      Given Okta has provisioned Ada
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then no user was created
      And the endpoint has one active user "ada@contoso.test"

  @SEED-011 @IVANTI-029 @portal
  Rule: One URL serves every provider, and the portal shows whose token it was

    Scenario: The target SCIM URL is the same for every provider
      Given the tenant holds 1 token
      When the administrator generates a token for "Okta"
      Then the target SCIM URL is what it was

    @NEG-52 @groups
    Scenario Outline: Users and groups of <provider> are labelled "<source>"
      Given the tenant holds a token for "<provider>"
      And a client created the users "ada@contoso.test"
      When a client creates the group "Engineering"
      Then the Users page lists "ada@contoso.test" as Enabled from "<source>"
      And the User Groups page lists "Engineering" from "<source>"

      Examples:
        | provider | source        |
        | Entra ID | SCIM Entra ID |
        | Okta     | SCIM Okta     |
        | Generic  | SCIM          |

    @groups
    Scenario: A group that Okta pushed is listed with its members counted
      Given the tenant holds a token for "Okta"
      And Okta has provisioned Ada and Grace
      When Okta pushes the group "Engineering" with Ada and Grace
      Then the User Groups page lists "Engineering" with 2 members from "SCIM Okta"

    @NEG-53
    Scenario: Entra ID with a token of Okta works, and shows as Okta
      Given the tenant holds a token for "Okta"
      And Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Okta"
      And the audit trail names "Okta" as who did "User Created" to "ada@contoso.test"
