@entra
Feature: Provision on demand
  To see whether provisioning works for somebody, the administrator of Entra ID does not wait
  for the next cycle: one user, or one group with a few members, is provisioned at once.

  Background:
    Given Entra ID is connected to the endpoint
    And provisioning was started at 09:00

  @SEED-066 @IVANTI-038
  Rule: One object is provisioned at once, and the interval goes on for the others

    Scenario: The user arrives outside the interval and nobody else does
      Given Ada is assigned to the application at 09:05
      And Grace is assigned to the application
      When Ada is provisioned on demand
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"

    Scenario: The others follow when the interval has passed
      Given Ada is assigned to the application at 09:05
      And Grace is assigned to the application
      And Ada was provisioned on demand
      When the clock reaches 09:40
      Then the endpoint has one active user "grace@contoso.test"
      And the endpoint has one active user "ada@contoso.test"

    @mock-only
    Scenario: The result is shown step by step and logged
      Given Ada is assigned to the application
      When Ada is provisioned on demand
      Then the result for Ada is "create" with "success", step by step:
        | step     | status  |
        | import   | success |
        | scoping  | success |
        | matching | success |
        | export   | success |
      And the provisioning log shows "create" with "success" for Ada

    @mock-only
    Scenario: A user who is not assigned is skipped
      Given Ada exists in the directory
      When Ada is provisioned on demand
      Then the result for Ada is "other" with "skipped", step by step:
        | step     | status  |
        | import   | success |
        | scoping  | skipped |
        | matching | success |
        | export   | skipped |
      And the endpoint has no user "ada@contoso.test"

    @IVANTI-038 @policy-entra
    Scenario: A changed value can be checked at once
      Given Ada was provisioned
      And the job title of Ada becomes "Countess"
      When Ada is provisioned on demand
      Then only "title" of "ada@contoso.test" has changed, to "Countess"

    Scenario: What has changed for another user is left to the next cycle, and not forgotten
      Given Ada and Grace were provisioned
      And the surname of Grace becomes "Murray"
      And Ada was provisioned on demand
      When a provisioning cycle ends
      Then the user "grace@contoso.test" at the endpoint has:
        | attribute       | value  |
        | name.familyName | Murray |

  @ENTRA-189 @groups
  Rule: Members who were not chosen stay

    Scenario: A group that is provisioned with one of its members keeps the others
      Given "Engineering" with Ada, Grace, Linus was provisioned
      When "Engineering" is provisioned on demand with Ada
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test, linus@contoso.test"

  @ENTRA-189 @groups
  Rule: A group is provisioned with up to five of its members

    Background:
      Given these groups exist in the directory:
        | group       | members                                 |
        | Engineering | Ada, Grace, Linus, Edsger, Barbara, Ken |
      And "Engineering" is assigned to the application

    Scenario: The chosen members arrive and the group lists them
      When "Engineering" is provisioned on demand with Ada, Grace
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"
      And the endpoint has no user "linus@contoso.test"

    @mock-only
    Scenario: Six members are refused
      When "Engineering" is provisioned on demand with Ada, Grace, Linus, Edsger, Barbara, Ken
      Then Entra ID refuses it because "on_demand_members"
      And nothing was sent
