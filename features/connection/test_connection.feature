@entra
Feature: Establishing the connection
  The administrator of Entra ID pastes the target SCIM URL and the token, presses
  Test Connection and saves. Only then can anything be provisioned.

  @SEED-034 @SEED-035 @smoke
  Rule: Test Connection asks for what cannot exist, and shows a green check

    @ENTRA-070 @ENTRA-071 @ENTRA-073 @ENTRA-628
    Scenario: A working endpoint earns the green check
      When the connection is tested with the target SCIM URL and the token
      Then Entra ID shows a green check
      And the endpoint received these requests:
        | method | path    | excludedAttributes | filter                     |
        | GET    | /Users  |                    | userName eq "{random}"     |
        | GET    | /Groups | members            | displayName eq "{random}"  |

    @NEG-11 @SEED-033
    Scenario Outline: A token pasted <how> is trimmed
      When the connection is tested with the target SCIM URL and the token <how>
      Then Entra ID shows a green check

      Examples:
        | how                        |
        | with spaces around it      |
        | with a tab before it       |
        | with a line break after it |

    @NEG-27 @SEED-028 @portal
    Scenario: An endpoint without any user passes
      Given the tenant holds no users
      When the connection is tested with the target SCIM URL and the token
      Then Entra ID shows a green check

  @SEED-035
  Rule: What cannot work is refused with a reason

    @ENTRA-503 @ENTRA-079
    Scenario: A token that nobody issued is refused
      When the connection is tested with the target SCIM URL and a token that nobody issued
      Then Entra ID refuses the connection because "CredentialValidationUnavailable"

    @NEG-15 @SEED-025 @portal
    Scenario: A token that was renewed is refused
      Given the first token was renewed
      When the connection is tested with the target SCIM URL and the secret it had before
      Then Entra ID refuses the connection because "CredentialValidationUnavailable"

    @NEG-12 @mock-only
    Scenario: Token and URL pasted into each other's field never leave the form
      When the connection is tested with token and URL in each other's field
      Then Entra ID refuses the connection and names the field "Secret Token"
      And nothing was sent

    @NEG-11 @portal @mock-only
    Scenario Outline: A token <how> is refused
      When the connection is tested with the target SCIM URL and the token <how>
      Then Entra ID refuses the connection because "<code>"

      Examples: Sent as it is, and kept out
        | how                            | code                            |
        | with a space in it             | CredentialValidationUnavailable |
        | with the word Bearer before it | CredentialValidationUnavailable |

      Examples: Never sent
        | how                     | code               |
        | with a line break in it | SecretTokenInvalid |

    @NEG-29 @portal @mock-only
    Scenario: Without a token Entra ID sends one of its own, which is refused
      When the connection is tested with the target SCIM URL and no token
      Then Entra ID refuses the connection because "CredentialValidationUnavailable"
      And the endpoint received these requests:
        | method | path   | filter                 |
        | GET    | /Users | userName eq "{random}" |
      And every request of the provisioning service carried a token of Entra ID's own

    @NEG-13 @SEED-004 @mock-only
    Scenario Outline: A Tenant URL like <example> is refused before the token is sent
      When the connection is tested with the Tenant URL "<example>"
      Then Entra ID refuses the connection and names the field "Tenant URL"
      And nothing was sent

      Examples:
        | example                             |
        | http://mdm.example.test/scim/v2     |
        | mdm.example.test/scim/v2            |
        | https://a:b@mdm.example.test/scim   |
        | https://mdm.example.test/scim#users |
        | https://mdm.example.test/scim?a=b   |

  Rule: Saving keeps what works

    @SEED-032 @SEED-033 @SEED-038
    Scenario: Saved credentials are the ones that provisioning uses
      Given the connection is saved
      And Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And every request of the provisioning service carried the token as a bearer token, and nowhere else
      And Entra ID shows the secret token only masked

    @SEED-032
    Scenario: White space around a pasted Tenant URL is not part of it
      When the administrator saves the target SCIM URL with white space around it
      Then Entra ID shows the Tenant URL that it had
      And the former connection still works

    @SEED-038 @NEG-15
    Scenario: Credentials that fail are not saved and the former stay
      Given the connection is saved
      When the administrator saves a token that nobody issued
      Then Entra ID refuses the connection because "CredentialValidationUnavailable"
      And the former connection still works

    @SEED-038
    Scenario: Credentials that were tested and not saved are not used by a job that runs
      Given the connection is saved
      And provisioning was started
      And a token that nobody issued was tested and not saved
      And Ada is assigned to the application
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"

    @SEED-039 @NEG-34 @mock-only
    Scenario: Provisioning cannot start before the connection is saved
      When provisioning is started
      Then Entra ID refuses to start because "Admin credentials are required"
      And nothing was sent
