@entra
Feature: A full synchronisation in trouble
  Synchronising everybody takes long, and something goes wrong on the way: answers are
  lost, the endpoint asks for a pause, the service breaks off. Whoever has arrived is not
  sent again, and in the end everybody is there once.

  Background:
    Given Entra ID is connected to the endpoint
    And "Ada, Grace, Linus" are assigned to the application

  @NEG-41 @ENTRA-061
  Rule: A creation whose answer was lost is found again, not repeated

    Scenario: The next cycle finds the user who was created without an answer
      Given the answer to the creation of user 2 is lost
      And provisioning was started
      When a provisioning cycle ends
      Then no user was created
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

    @SEED-008
    Scenario: Once it is found nothing more is written
      Given the answer to the creation of user 2 is lost
      And provisioning was started
      And a provisioning cycle has ended
      When a provisioning cycle ends
      Then the endpoint received only the probe
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

  @NEG-38
  Rule: A full synchronisation that was interrupted goes on where it stopped

    @ENTRA-061
    Scenario: Whoever got no answer is sent with the next cycle
      Given no more answers arrive after 1 user
      And provisioning was started
      And answers arrive again
      When a provisioning cycle ends
      Then the endpoint has just the users "Ada, Grace, Linus", each active and once

    Scenario Outline: Broken off after <count> users, the first cycle is taken up again
      Given once <count> users have arrived the cycle is broken off
      And provisioning was broken off
      When a provisioning cycle ends
      Then the endpoint has just the users "Ada, Grace, Linus", each active and once

      Examples:
        | count |
        | 1     |
        | 2     |
        | 3     |

    Scenario: A user who has arrived is not created again after a break
      Given once 3 users have arrived the cycle is broken off
      And provisioning was broken off
      When a provisioning cycle ends
      Then no user was created
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

  @NEG-38 @NEG-41 @groups
  Rule: A group whose synchronisation was interrupted has each member once in the end

    Background:
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And "Engineering" is assigned to the application

    Scenario: Broken off between the group and its members, it gets its members with the next cycle
      Given once 1 group has arrived the cycle is broken off
      And provisioning was broken off
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    Scenario Outline: When the answer to <what> is lost, the next cycle completes the group
      Given the answer to <what> is lost
      And provisioning was started
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

      Examples:
        | what                           |
        | the creation of group 1        |
        | the first change of members    |

  @NEG-38 @portal @mock-only
  Rule: An endpoint that asks for a pause is given it

    Scenario: Everything rests as long as Retry-After says, then the refused request is repeated
      Given provisioning obeys Retry-After
      And the endpoint answers 429 to the 2nd creation, to come again after 5 minutes
      When provisioning is started at 09:00
      Then the last cycle began at 09:00 and ended at 09:05
      And the endpoint received these requests after the probe:
        | method | path   | filter                           |
        | GET    | /Users | userName eq "ada@contoso.test"   |
        | POST   | /Users |                                  |
        | GET    | /Users | userName eq "grace@contoso.test" |
        | POST   | /Users |                                  |
        | POST   | /Users |                                  |
        | GET    | /Users | userName eq "linus@contoso.test" |
        | POST   | /Users |                                  |
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

    @ENTRA-058
    Scenario: Without that, the refused user is left for the next cycle
      Given the endpoint answers 429 to the 2nd creation, to come again after 5 minutes
      When provisioning is started
      Then the last cycle is shown as "Partly failed": 2 created, 1 failed, 0 skipped
      And the endpoint has just the users "Ada, Linus", each active and once

    @ENTRA-058 @ENTRA-059
    Scenario Outline: A user who was refused with <answer> arrives with the next cycle
      Given the endpoint answers <answer> to the next creation
      And provisioning was started
      When a provisioning cycle ends
      Then the endpoint has just the users "Ada, Grace, Linus", each active and once

      Examples:
        | answer |
        | 429    |
        | 500    |
        | 503    |
