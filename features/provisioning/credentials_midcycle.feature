@entra @portal @mock-only
Feature: Credentials that change in the middle of a cycle
  A token may be withdrawn while Entra ID is at work. What the endpoint has accepted is
  kept, what comes after is refused, and once the credentials are good again the rest
  follows: nobody is lost, nobody is there twice.

  Background:
    Given Entra ID is connected to the endpoint
    And the tenant holds 2 tokens
    And "Ada, Grace, Linus" are assigned to the application

  Rule: What comes after the withdrawal is refused, and the cycle is shown as failed in part

    Scenario Outline: Once <event>, the rest of the cycle fails
      Given once 1 user has arrived <event>
      When provisioning is started
      Then the last cycle is shown as "Partly failed": 1 created, 2 failed, 0 skipped
      And the endpoint has just the users "Ada", each active and once

      @NEG-16 @SEED-024 @ENTRA-053
      Examples: The token is set to inactive
        | event                             |
        | the first token is set to inactive |

      @NEG-17 @SEED-025
      Examples: The token is renewed
        | event                      |
        | the first token is renewed |

      @SEED-026
      Examples: The token is removed
        | event                      |
        | the first token is removed |

  @ENTRA-052 @ENTRA-271 @ENTRA-649
  Rule: The next cycle stops at the probe, and the job is in quarantine

    Scenario Outline: The cycle after <event> sends one request and no more
      Given once 1 user has arrived <event>
      And provisioning was started
      When a provisioning cycle ends
      Then the job is in quarantine because "answered 401"
      And the endpoint received these requests:
        | method | path   |
        | GET    | /Users |
      And the endpoint has just the users "Ada", each active and once

      @NEG-16
      Examples:
        | event                              |
        | the first token is set to inactive |

      @NEG-17
      Examples: Renewed
        | event                      |
        | the first token is renewed |

      @SEED-026
      Examples: Removed
        | event                      |
        | the first token is removed |

  Rule: With good credentials the rest follows, and nobody is there twice

    Scenario Outline: After <event>, it is enough that <repair>
      Given once 1 user has arrived <event>
      And provisioning was started
      And <repair>
      When a provisioning cycle ends
      Then the job is active
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

      @NEG-16 @SEED-023
      Examples: Set to active again
        | event                              | repair                                |
        | the first token is set to inactive | the first token was set to active     |

      @NEG-17 @SEED-037
      Examples: The new secret is saved
        | event                              | repair                                |
        | the first token is renewed         | the first token is saved in Entra ID  |

      @SEED-026 @SEED-037
      Examples: Another token is saved
        | event                              | repair                                |
        | the first token is removed         | the second token is saved in Entra ID |

    @NEG-17
    Scenario Outline: A quarantine because of <event> ends with <repair>
      Given once 1 user has arrived <event>
      And provisioning was started
      And a provisioning cycle has ended
      And <repair>
      When a provisioning cycle ends
      Then the job is active
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

      Examples:
        | event                              | repair                               |
        | the first token is set to inactive | the first token was set to active    |
        | the first token is renewed         | the first token is saved in Entra ID |

  @NEG-03 @SEED-010
  Rule: Switching SCIM provisioning off withdraws every token for the time being

    Background:
      Given once 1 user has arrived SCIM provisioning is switched off

    Scenario: The rest of the cycle fails
      When provisioning is started
      Then the last cycle is shown as "Partly failed": 1 created, 2 failed, 0 skipped

    Scenario: Once it is switched on again the rest follows
      Given provisioning was started
      And Support has switched SCIM provisioning on
      When a provisioning cycle ends
      Then the job is active
      And the endpoint has just the users "Ada, Grace, Linus", each active and once

  @NEG-18 @SEED-037
  Rule: A rotation with two tokens costs no request, even in the middle of a cycle

    Scenario: The cycle in which the tokens are changed succeeds from end to end
      Given once 1 user has arrived the second token is saved and the first removed
      When provisioning is started
      Then no request of the provisioning service was refused
      And the endpoint has just the users "Ada, Grace, Linus", each active and once
      And the target SCIM URL is what it was

    @SEED-033 @SEED-036
    Scenario: Only the secret is entered anew
      Given provisioning was started
      When the second token is saved in Entra ID
      Then Entra ID shows the Tenant URL that it had
      And Entra ID shows the secret token only masked

    Scenario: Removed before the new one is saved, the old token costs the rest of the cycle
      Given once 1 user has arrived the first token is removed
      When provisioning is started
      Then the last cycle is shown as "Partly failed": 1 created, 2 failed, 0 skipped
