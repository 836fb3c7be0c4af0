@portal
Feature: Checking users in the MDM portal
  After a cycle the administrator of the MDM opens the list of users. What Entra ID
  reports as done must be found there, and what is done there by hand stays there.

  @SEED-050 @SEED-051 @SEED-052 @SEED-053
  Rule: Provisioned users are shown on the Users page

    Background:
      Given Entra ID is connected to the endpoint

    Scenario: An assigned user is listed with her source and status, as the provisioning log says
      Given Ada is assigned to the application
      When a provisioning cycle ends
      Then the provisioning log shows "create" with "success" for Ada
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    @NEG-24
    Scenario: A user who was unassigned is listed as disabled
      Given Ada was provisioned
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"

    @NEG-25
    Scenario: A user who is not assigned is not listed
      Given Ada is assigned to the application
      And Grace exists in the directory
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the Users page does not list "grace@contoso.test"

    @policy-ivanti-r119
    Scenario: A user whom the MDM refused is missing from the list and named in the log
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the mail of Grace becomes ""
      When a provisioning cycle ends
      Then the provisioning log shows "create" with "failure" for Grace
      And the Users page does not list "grace@contoso.test"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    Scenario: The pages of a user show what Entra ID sent
      Given these people exist in the directory:
        | name | department |
        | Ada  | Research   |
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | display name | Ada              |
        | email        | ada@contoso.test |
        | status       | Enabled          |
        | source       | SCIM Entra ID    |
        | department   | Research         |

  @SEED-053 @IVANTI-056
  Rule: A change shows on the Users page within the interval, and within an hour at most

    Background:
      Given Entra ID is connected to the endpoint
      And provisioning was started at 09:00
      And Ada is assigned to the application at 09:05

    Scenario: Before the interval has passed the user is not listed
      When the clock reaches 09:39
      Then the Users page does not list "ada@contoso.test"

    Scenario: Once the interval has passed the user is listed
      When the clock reaches 09:40
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

  @IVANTI-080
  Rule: Users are found by their source, the sources of SCIM among them

    Background:
      Given these users of other sources exist:
        | user                | source        |
        | ldap@contoso.test   | LDAP          |
        | legacy@contoso.test | Entra ID      |
        | roster@contoso.test | Roster        |
        | sales@contoso.test  | Salesforce    |
        | local@contoso.test  | Local         |
        | ada@contoso.test    | SCIM Entra ID |
        | okta@contoso.test   | SCIM Okta     |

    Scenario Outline: The filter "<source>" leaves the users of that source
      When the administrator filters the users by source "<source>"
      Then the list holds "<user>"

      Examples:
        | source        | user                |
        | LDAP          | ldap@contoso.test   |
        | Entra ID      | legacy@contoso.test |
        | Roster        | roster@contoso.test |
        | Salesforce    | sales@contoso.test  |
        | Local         | local@contoso.test  |
        | SCIM Entra ID | ada@contoso.test    |
        | SCIM Okta     | okta@contoso.test   |

    Scenario: A source that no filter offers is refused
      When the administrator filters the users by source "Fax"
      Then the portal refuses because "unknown_filter"

  @IVANTI-080
  Rule: Filters combine, and the search looks at names and addresses whatever their letter case

    Background:
      Given these users of other sources exist:
        | user               | source | status   |
        | ada@contoso.test   | Local  | Enabled  |
        | grace@contoso.test | Local  | Disabled |
        | linus@contoso.test | LDAP   | Disabled |

    Scenario: Two filters leave who fits both
      When the administrator filters the users by source "Local" and by status "Disabled"
      Then the list holds "grace@contoso.test"

    Scenario Outline: Searching for <what> finds the user
      When the administrator searches the users for "<text>"
      Then the list holds "ada@contoso.test"

      Examples:
        | what                            | text             |
        | the user name                   | ada@contoso.test |
        | the user name in capitals       | ADA@CONTOSO.TEST |
        | a part of it or of the name     | ada              |

    Scenario: A search that nobody fits finds nobody
      When the administrator searches the users for "nobody at all"
      Then the list is empty

    Scenario: The members of a user group are found by it
      Given these groups of other sources exist:
        | group | source | members    |
        | Sales | Local  | Ada, Linus |
      When the administrator filters the users by the user group "Sales"
      Then the list holds "ada@contoso.test, linus@contoso.test"

  @IVANTI-082
  Rule: The filter Sync tells how a user of a former source follows it; to SCIM users it does not apply

    Scenario Outline: The filter "<sync>" leaves who is synced so
      Given these users of other sources exist:
        | user                 | source        | sync          |
        | direct@contoso.test  | LDAP          | Direct Sync   |
        | through@contoso.test | LDAP          | Indirect Sync |
        | left@contoso.test    | LDAP          | No Sync       |
        | ada@contoso.test     | SCIM Entra ID | Direct Sync   |
      When the administrator filters the users by sync "<sync>"
      Then the list holds "<user>"

      Examples:
        | sync          | user                 |
        | Direct Sync   | direct@contoso.test  |
        | Indirect Sync | through@contoso.test |
        | No Sync       | left@contoso.test    |
        | N/A           | ada@contoso.test     |

  @NEG-05 @IVANTI-088 @SEED-052
  Rule: Only roles for users open the Users page, and only User Management changes users

    Scenario Outline: The role <role> opens the page
      Given the administrator has the role <role>
      When the administrator opens the address of "Users"
      Then the portal shows the page "Users"

      Examples:
        | role            |
        | User Management |
        | User Read Only  |

    Scenario: A role for the system alone does not open it
      Given the administrator has the role System Management
      When the administrator opens the address of "Users"
      Then the portal refuses because "not_permitted"

    Scenario: A role that may only read adds nobody
      Given the administrator has the role User Read Only
      When the administrator adds the local user "ada@contoso.test"
      Then the portal refuses because "not_permitted"
      And the Users page does not list "ada@contoso.test"

  @IVANTI-092
  Rule: An exported list holds nothing that a spreadsheet would compute

    Scenario Outline: A display name that begins with <sign> is written as text
      Given a client created the user "ada@contoso.test" with the attributes:
        """
        {"displayName": "<name>"}
        """
      When the administrator exports the users
      Then the export writes the display name of "ada@contoso.test" as <written>

      Examples:
        | sign   | name  | written |
        | =      | =1+1  | '=1+1   |
        | +      | +1    | '+1     |
        | -      | -1    | '-1     |
        | @      | @SUM  | '@SUM   |
        | a word | Ada=1 | Ada=1   |

  Rule: Who goes for good is removed by hand, once disabled and without devices

    Background:
      Given Entra ID is connected to the endpoint
      And Ada was provisioned

    @IVANTI-058 @SEED-007
    Scenario: An enabled user cannot be removed
      When the administrator removes the user "ada@contoso.test"
      Then the portal refuses because "user_enabled"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    @IVANTI-058
    Scenario: A disabled user is removed for good
      Given the administrator has disabled the user "ada@contoso.test"
      When the administrator removes the user "ada@contoso.test"
      Then the Users page does not list "ada@contoso.test"
      And the audit trail names "admin" as who did "User Deleted" to "ada@contoso.test"

    @IVANTI-083
    Scenario: A user with devices cannot be removed
      Given "ada@contoso.test" has 2 devices
      And the administrator has disabled the user "ada@contoso.test"
      When the administrator removes the user "ada@contoso.test"
      Then the portal refuses because "user_has_devices"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"

    @IVANTI-083
    Scenario: Once the devices are retired and deleted the user can be removed
      Given "ada@contoso.test" has 2 devices
      And the administrator has disabled the user "ada@contoso.test"
      And the administrator has retired and deleted the devices of "ada@contoso.test"
      When the administrator removes the user "ada@contoso.test"
      Then the Users page does not list "ada@contoso.test"

    @IVANTI-084
    Scenario: Disabling a user alone leaves the devices
      Given "ada@contoso.test" has 2 devices
      When the administrator disables the user "ada@contoso.test"
      Then the portal shows of "ada@contoso.test":
        | status  | Disabled |
        | devices | 2        |

    @IVANTI-084
    Scenario: A user disabled by Entra ID keeps the devices
      Given "ada@contoso.test" has 2 devices
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the portal shows of "ada@contoso.test":
        | status  | Disabled |
        | devices | 2        |

  @NEG-33 @IVANTI-041
  Rule: What is removed by hand in the MDM comes back from Entra ID only when provisioning is restarted

    Background:
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And the administrator has disabled and removed the user "ada@contoso.test"

    Scenario: The next cycle does not bring the user back
      When a provisioning cycle ends
      Then the Users page does not list "ada@contoso.test"
      And Users and groups lists:
        | name | type |
        | Ada  | User |

    Scenario: A restart brings the user back
      When provisioning is restarted
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

  @IVANTI-087
  Rule: A user made by hand has a user name in the form of an e-mail address

    Scenario: A user name with its form is taken
      When the administrator adds the local user "ada@contoso.test"
      Then the Users page lists "ada@contoso.test" as Enabled from "Local"

    Scenario: A user name without its form is refused
      When the administrator adds the local user "ada"
      Then the portal refuses because "user_name_no_address"
      And the Users page does not list "ada"

    Scenario: A user name that is taken is refused, whatever its letter case
      Given the administrator has added the local user "ada@contoso.test"
      When the administrator adds the local user "ADA@CONTOSO.TEST"
      Then the portal refuses because "user_name_taken"
