@entra
Feature: The provisioning interval
  After the first cycle the provisioning service looks for changes every 40 minutes.

  Background:
    Given Entra ID is connected to the endpoint
    And provisioning was started at 09:00

  @SEED-066 @IVANTI-055 @ENTRA-229
  Rule: A change reaches the endpoint with the next cycle, not before

    Scenario: Nothing is sent before the interval has passed
      Given Ada is assigned to the application at 09:05
      When the clock reaches 09:39:59
      Then the endpoint has no user "ada@contoso.test"

    Scenario: The change is sent when the interval has passed
      Given Ada is assigned to the application at 09:05
      When the clock reaches 09:40
      Then the endpoint has one active user "ada@contoso.test"

    @NEG-55
    Scenario: A change made while a cycle runs arrives with the cycle after it
      Given Ada is assigned to the application at 09:05
      And Grace is assigned to the application
      And once 2 users have arrived Ada changes her department to Engines
      And a provisioning cycle has ended
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value   |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Engines |

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

  @IVANTI-055 @IVANTI-056
  Rule: A change is seen at the endpoint within an hour

    Scenario Outline: Of a change at <time> the endpoint knows by <an hour later>
      Given Ada is assigned to the application at <time>
      When the clock reaches <an hour later>
      Then the endpoint has one active user "ada@contoso.test"

      Examples:
        | time     | an hour later |
        | 09:00:01 | 10:00:01      |
        | 09:39:59 | 10:39:59      |
        | 09:40:01 | 10:40:01      |

  @NEG-56
  Rule: Cycles never overlap

    @mock-only
    Scenario: A cycle that takes longer than the interval is followed at once by the next
      Given Ada is assigned to the application at 09:05
      And Grace is assigned to the application
      And each request of the provisioning service takes 10 minutes
      When the clock reaches 10:40
      Then the provisioning log shows the creation of Grace at 10:40
      And the last cycle began at 10:40 and ended at 11:00

    @mock-only
    Scenario: A cycle that takes less leaves the interval as it is
      Given Ada is assigned to the application at 09:05
      And each request of the provisioning service takes 5 minutes
      When the clock reaches 10:20
      Then the provisioning log shows the creation of Ada at 10:00
      And the last cycle began at 10:20 and ended at 10:30

  @SEED-066 @NEG-33
  Rule: What disappears at the endpoint comes back with a restart, not with the interval

    Scenario: The next cycles leave out who was deleted at the endpoint
      Given Ada was provisioned
      And a client deleted the user "ada@contoso.test"
      When the clock reaches 12:00
      Then the endpoint has no user "ada@contoso.test"

    @ENTRA-055
    Scenario: A change of who was deleted at the endpoint fails and is logged, and nobody is created
      Given Ada and Grace were provisioned
      And a client deleted the user "ada@contoso.test"
      And the surname of Ada becomes "King"
      When a provisioning cycle ends
      Then the provisioning log shows "update" with "failure" for Ada
      And the endpoint has no user "ada@contoso.test"
      And no user was created

    Scenario: A restart provisions again who was deleted at the endpoint
      Given Ada and Grace were provisioned
      And a client deleted the user "ada@contoso.test"
      When provisioning is restarted
      Then the endpoint has one active user "ada@contoso.test"
      And "grace@contoso.test" is unchanged

  @NEG-17 @portal
  Rule: A job whose token is refused is tried ever more seldom, until another is saved

    Scenario Outline: After the attempt of <attempt> the next is <hours> hours away
      Given the first token was renewed
      When the clock reaches <attempt>
      Then the job is in quarantine and is tried again in <hours> hours

      Examples:
        | attempt | hours |
        | 09:40   | 6     |
        | 15:40   | 12    |

    Scenario: A day later it is tried once a day
      Given the first token was renewed
      When 67200 seconds pass
      Then the job is in quarantine and is tried again in 24 hours

    Scenario Outline: After <days> days the job is <state>
      Given the first token was renewed
      When <days> days pass
      Then the job is shown as <state>

      Examples:
        | days | state      |
        | 28   | Quarantine |
        | 29   | Disabled   |

    @mock-only
    Scenario: Of one trouble the administrator is told by one mail, however often it is met
      Given failures are mailed to "operations@contoso.test"
      And the first token was renewed
      When 1 day passes
      Then one mail was sent to "operations@contoso.test"

    Scenario: Once a cycle got through, the next trouble begins with 6 hours again
      Given the first token was renewed
      And a provisioning cycle has ended
      And the connection is saved
      And a provisioning cycle has ended
      And the first token was renewed
      When a provisioning cycle ends
      Then the job is in quarantine and is tried again in 6 hours

    Scenario: With the new token saved the next cycle is an interval away
      Given the first token was renewed
      And Ada is assigned to the application at 09:45
      And the connection is saved
      When the clock reaches 10:25
      Then the endpoint has one active user "ada@contoso.test"

  @SEED-047
  Rule: A job that runs is not started a second time

    Scenario: Start pressed once more sends nothing and leaves the interval as it is
      Given Ada is assigned to the application at 09:05
      When provisioning is started at 09:10
      Then nothing was sent
      And the last cycle began at 09:00 and ended at 09:00

  @ENTRA-142 @ENTRA-146
  Rule: The recycle bin of the directory keeps a user for 30 days

    Background:
      Given Ada and Grace were provisioned
      And Ada is deleted softly
      And provisioning was stopped at 23:00

    Scenario: After 29 days she is disabled at the endpoint
      Given 29 days have passed
      When provisioning is started
      Then the endpoint has one inactive user "ada@contoso.test"

    Scenario: After 30 days she is deleted there
      Given 30 days have passed
      When provisioning is started
      Then the endpoint has no user "ada@contoso.test"
      And the endpoint has one active user "grace@contoso.test"

  @NEG-57 @ENTRA-238
  Rule: After Stop no further cycle begins

    Scenario: A change made after Stop waits for the next Start
      Given provisioning was stopped at 09:30
      And Ada is assigned to the application at 09:31
      When the clock reaches 11:00
      Then the endpoint has no user "ada@contoso.test"

    @mock-only
    Scenario: A cycle that is under way at Stop is finished, and none follows
      Given Ada is assigned to the application at 09:05
      And each request of the provisioning service takes 5 minutes
      And provisioning will be stopped at 09:50
      When the clock reaches 12:00
      Then the endpoint has one active user "ada@contoso.test"
      And the last cycle began at 09:40 and ended at 10:00

    Scenario: Start goes on where Stop had ended
      Given provisioning was stopped at 09:30
      And Ada is assigned to the application at 09:31
      When provisioning is started at 11:00
      Then the endpoint has one active user "ada@contoso.test"
