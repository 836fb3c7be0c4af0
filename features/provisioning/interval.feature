@entra
Feature: The provisioning interval
  After the first cycle the provisioning service looks for changes every 40 minutes.

  Background:
    Given Entra ID is connected to the endpoint
    And provisioning was started at 09:00

  @SEED-066 @ENTRA-229
  Rule: A change reaches the endpoint with the next cycle, not before

    Scenario: Nothing is sent before the interval has passed
      Given Ada is assigned to the application at 09:05
      When the clock reaches 09:39
      Then the endpoint has no user "ada@contoso.test"

    Scenario: The change is sent when the interval has passed
      Given Ada is assigned to the application at 09:05
      When the clock reaches 09:40
      Then the endpoint has one active user "ada@contoso.test"

    @NEG-55
    Scenario Outline: A change made at <time> arrives with the cycle of <cycle>
      Given Ada is assigned to the application at <time>
      When the clock reaches <cycle>
      Then the endpoint has one active user "ada@contoso.test"
      And the provisioning log shows the creation of Ada at <cycle>

      Examples:
        | time     | cycle |
        | 09:39:59 | 09:40 |
        | 09:40:01 | 10:20 |

  @NEG-57 @ENTRA-238
  Rule: After Stop no further cycle begins

    Scenario: A change made after Stop waits for the next Start
      Given provisioning was stopped at 09:30
      And Ada is assigned to the application at 09:31
      When the clock reaches 11:00
      Then the endpoint has no user "ada@contoso.test"

    Scenario: Start goes on where Stop had ended
      Given provisioning was stopped at 09:30
      And Ada is assigned to the application at 09:31
      When provisioning is started at 11:00
      Then the endpoint has one active user "ada@contoso.test"
