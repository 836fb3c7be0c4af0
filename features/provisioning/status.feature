@entra @mock-only
Feature: The provisioning status
  After Start the administrator of Entra ID reads on the Provisioning page what the cycle
  did: how many users and groups arrived, what failed, what was skipped.

  Background:
    Given Entra ID is connected to the endpoint

  @SEED-048
  Rule: The page shows the counts and the result of the last cycle

    Scenario: A user and a group that were provisioned are counted
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the last cycle is shown as "Succeeded": 2 created, 0 failed, 0 skipped
      And the provisioning status shows 1 user
      And the provisioning status shows 1 group

    Scenario: The log has an entry for what was done
      Given Ada is assigned to the application
      When provisioning is started
      Then the provisioning status shows 1 user
      And the provisioning log shows "create" with "success" for Ada
      And the endpoint has one active user "ada@contoso.test"

    @NEG-22 @IVANTI-043
    Scenario: A user who is disabled in the directory is counted as skipped
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the account of Grace is disabled
      When provisioning is started
      Then the last cycle is shown as "Succeeded": 1 created, 0 failed, 1 skipped
      And the provisioning log names "disabled in the directory" as the reason for Grace

    @NEG-34
    Scenario: A cycle with nobody assigned succeeds with nothing done
      Given Ada exists in the directory
      When provisioning is started
      Then the last cycle is shown as "Succeeded": 0 created, 0 failed, 0 skipped
      And the provisioning status shows 0 users

  @IVANTI-053
  Rule: The provisioning log can be downloaded

    Scenario Outline: The log as <format> tells what became of each user
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the account of Grace is disabled
      And provisioning was started
      When the administrator downloads the provisioning log as <format>
      Then the download tells:
        | name  | action | status  |
        | Ada   | create | success |
        | Grace | other  | skipped |

      Examples:
        | format |
        | CSV    |
        | JSON   |

    Scenario Outline: Of the log, what has the <field> "<value>" can be downloaded alone
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the account of Grace is disabled
      And provisioning was started
      When the administrator downloads the provisioning log as CSV, of the <field> "<value>"
      Then the download tells:
        | name   | action   | status    |
        | <name> | <action> | <outcome> |

      Examples:
        | field  | value   | name  | action | outcome |
        | status | skipped | Grace | other  | skipped |
        | status | success | Ada   | create | success |
        | action | create  | Ada   | create | success |

    Scenario Outline: The day of the entry belongs to a log that is downloaded <bound> it
      Given Ada is assigned to the application
      And provisioning was started
      When the administrator downloads the provisioning log as CSV, <bound> today
      Then the download tells:
        | name | action | status  |
        | Ada  | create | success |

      Examples:
        | bound |
        | since |
        | until |

    @policy-entra
    Scenario: The log tells what changed, from what to what, and at whom
      Given these people exist in the directory:
        | name | job title     |
        | Ada  | Mathematician |
      And Ada was provisioned
      And the job title of Ada becomes "Countess"
      And a provisioning cycle has ended
      When the administrator downloads the provisioning log as JSON, of the action "update"
      Then the download tells that "title" of "ada@contoso.test" went from "Mathematician" to "Countess"

    @groups
    Scenario: The log tells who joined a group
      Given "Engineering" with Ada was provisioned
      And Grace exists in the directory
      And Grace has joined "Engineering"
      And a provisioning cycle has ended
      When the administrator downloads the provisioning log as JSON, of the action "update"
      Then the download tells that "grace@contoso.test" joined the group "Engineering"

  @IVANTI-045 @SEED-047
  Rule: The work grows with the number of users, by a look-up and a creation each

    Scenario Outline: A first cycle over <people> people takes <requests> requests
      Given <people> people are assigned to the application
      When provisioning is started
      Then the endpoint received <requests> requests after the probe
      And the provisioning status shows <people> users

      Examples:
        | people | requests |
        | 2      | 4        |
        | 10     | 20       |
