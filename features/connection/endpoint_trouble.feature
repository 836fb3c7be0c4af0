@entra
Feature: Trouble with the endpoint
  When the endpoint cannot be worked with, the administrator is told what kind of trouble
  it is. What was typed in is not saved, and the former connection stays in use.

  @portal @mock-only
  Rule: Each kind of trouble has a name and a sentence of its own, and Save is refused

    @NEG-32 @SEED-035 @SEED-038 @ENTRA-079
    Scenario Outline: An endpoint that answers <answer> is told as "<reason>"
      Given the connection is saved
      And the endpoint answers <answer> to the next request
      When the administrator saves the connection once more
      Then Entra ID gives "<reason>" as the reason
      And Entra ID refuses the connection because "CredentialValidationUnavailable"
      And the former connection still works

      Examples:
        | answer | reason       |
        | 403    | forbidden    |
        | 429    | throttled    |
        | 500    | server_error |
        | 503    | unavailable  |
        | reset  | broken_off   |

    @NEG-32 @SEED-038
    Scenario: An endpoint that does not answer in time is told as such
      Given the connection is saved
      And the next request is not answered in time
      When the administrator saves the connection once more
      Then Entra ID gives "timed_out" as the reason
      And the former connection still works

    @SEED-038 @SEED-035
    Scenario Outline: An answer that is <answer> is told as "<reason>"
      Given the connection is saved
      And the endpoint answers <answer> to the next request
      When the administrator saves the connection once more
      Then Entra ID gives "<reason>" as the reason
      And Entra ID refuses the connection because "InvalidCredentials"
      And the former connection still works

      @NEG-31
      Examples: Success without a list
        | answer       | reason             |
        | an HTML page | not_json           |
        | a bare array | no_list            |
        | plain text   | wrong_content_type |

      @NEG-30 @ENTRA-080
      Examples: Nothing found is said with 404
        | answer       | reason             |
        | 404          | not_found          |

  @portal @mock-only
  Rule: A Tenant URL that leads elsewhere is refused with a hint at it

    @NEG-14 @NEG-30
    Scenario Outline: The ending <ending> is refused
      Given the connection is saved
      When the administrator saves the target SCIM URL with "<ending>" for its ending
      Then Entra ID gives "<reason>" as the reason
      And the former connection still works

      Examples:
        | ending   | reason    |
        | /scim/v3 | not_found |
        | /scim    | not_found |

    @NEG-14
    Scenario: The URL of another tenant does not go with the token of this one
      Given the connection is saved
      When the administrator saves the target SCIM URL of another tenant
      Then Entra ID gives "token_refused" as the reason
      And the former connection still works

    @NEG-14
    Scenario: The token of a tenant shows nothing of another
      Given another tenant has the user "grace@contoso.test"
      When a client of this tenant looks for "grace@contoso.test" there
      Then the answer is 401 with a challenge
      And the other tenant's own client finds "grace@contoso.test"

    @SEED-032
    Scenario: A slash at the end of the Tenant URL makes no difference
      When the connection is tested with a slash after the target SCIM URL
      Then Entra ID shows a green check
      And the endpoint received these requests:
        | method | path    |
        | GET    | /Users  |
        | GET    | /Groups |

  @portal @mock-only
  Rule: A running job that meets such trouble is put in quarantine and comes out of it by itself

    Background:
      Given Entra ID is connected to the endpoint
      And Ada was provisioned
      And Grace is assigned to the application

    @NEG-30 @NEG-31 @NEG-32 @ENTRA-051 @ENTRA-068 @ENTRA-271 @ENTRA-648
    Scenario Outline: A probe that is answered <answer> stops the cycle
      Given the endpoint answers <answer> to the next request
      When a provisioning cycle ends
      Then the job is in quarantine because "<words>"
      And the endpoint has just the users "Ada", each active and once

      Examples:
        | answer       | words                                           |
        | 404          | expected 200 and an empty list                  |
        | 503          | the endpoint is not available for now           |
        | an HTML page | unexpected response                             |

    @NEG-32
    Scenario: The next cycle that gets through ends the quarantine
      Given the endpoint answers 503 to the next request
      And a provisioning cycle has ended
      When a provisioning cycle ends
      Then the job is active
      And the endpoint has just the users "Ada, Grace", each active and once
