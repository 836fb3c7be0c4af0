@entra
Feature: Joiner, mover and leaver
  Who joins, moves within and leaves the company is created, changed and disabled in the
  MDM by the cycles alone: no administrator makes or deletes accounts there by hand.

  Background:
    Given Entra ID is connected to the endpoint

  @SEED-007
  Rule: A joiner gets an account

    @groups
    Scenario: Joining an assigned group brings account and membership
      Given "Engineering" with Ada was provisioned
      And Grace has joined "Engineering"
      When a provisioning cycle ends
      Then the endpoint has one active user "grace@contoso.test"
      And the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    @IVANTI-057
    Scenario: The user name of somebody who was deleted can be given again
      Given Ada and Grace were provisioned
      And Ada was deleted for good and is hired again
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And "grace@contoso.test" is unchanged

  @SEED-007
  Rule: A mover's account follows

    @IVANTI-033
    Scenario Outline: A changed <attribute> arrives with the next cycle
      Given these people exist in the directory:
        | name | surname  | department |
        | Ada  | Lovelace | Analysis   |
      And Ada and Grace were provisioned
      And the <attribute> of Ada becomes "<value>"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute | value   |
        | <path>    | <value> |
      And "grace@contoso.test" is unchanged

      Examples:
        | attribute  | value                 | path                                                                  |
        | surname    | King                  | name.familyName                                                       |
        | mail       | ada.king@contoso.test | emails[type eq "work"].value                                          |
        | department | Engines               | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department |

    @groups
    Scenario: Moving from one group to another keeps the account
      Given "Engineering" with Ada and Grace was provisioned
      And these groups exist in the directory:
        | group    | members |
        | Research | Ada     |
      And "Research" is assigned to the application
      And Ada has left "Engineering"
      When a provisioning cycle ends
      Then the endpoint group "Research" lists only "ada@contoso.test"
      And the endpoint group "Engineering" lists only "grace@contoso.test"
      And "ada@contoso.test" has the id it had

  @SEED-007 @NEG-24
  Rule: A leaver's account is disabled

    Scenario Outline: A user who is <event> is disabled and not removed
      Given Ada and Grace were provisioned
      And Ada is <event>
      When a provisioning cycle ends
      Then the endpoint has one inactive user "ada@contoso.test"
      And "ada@contoso.test" has the id it had
      And "grace@contoso.test" is unchanged

      Examples:
        | event      |
        | unassigned |
        | blocked    |

      @IVANTI-057
      Examples: In the recycle bin of the directory
        | event          |
        | deleted softly |

  @SEED-007 @IVANTI-018 @portal
  Rule: The audit trail of the MDM knows the provider alone as who did it

    Scenario: A user who joins is created by the provider
      Given Ada is assigned to the application
      When provisioning is started
      Then the audit trail names "Entra ID" as who did "User Created" to "ada@contoso.test"

    Scenario: A user who moves is edited by the provider
      Given Ada was provisioned
      And the surname of Ada becomes "King"
      When a provisioning cycle ends
      Then the audit trail names "Entra ID" as who did "User Edited" to "ada@contoso.test"

    Scenario: A user who leaves is edited by the provider and stays on the list
      Given Ada was provisioned
      And Ada is unassigned
      When a provisioning cycle ends
      Then the audit trail names "Entra ID" as who did "User Edited" to "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"
