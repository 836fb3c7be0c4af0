@portal
Feature: Provisioning tokens
  The administrator of the MDM tenant hands Entra ID a token and a URL. Two tokens may
  exist, so that a new one can be put in place before the old one is withdrawn.

  @SEED-013 @SEED-018 @SEED-019
  Rule: Generating a token shows the token and the target SCIM URL

    Scenario: The administrator is shown both values
      When the administrator generates a token
      Then the portal shows a token and the target SCIM URL
      And the tenant holds 1 token

    Scenario: A new token is let in at once
      When the administrator generates a token
      Then the endpoint lets that token in

    @IVANTI-003
    Scenario: Nothing is generated before the administrator confirms
      When the administrator asks for a token without confirming
      Then the portal refuses because "not_confirmed"
      And the tenant holds 0 tokens

    @NEG-06 @SEED-017
    Scenario: The token cannot be read again
      Given the tenant holds 1 token
      When the administrator opens the provisioning page
      Then the page shows 1 token without its secret

  @SEED-027
  Rule: A tenant holds at most two tokens

    Scenario Outline: With <existing> tokens, generating one makes <now>
      Given the tenant holds <existing> tokens
      When the administrator generates a token
      Then the tenant holds <now> tokens

      Examples:
        | existing | now |
        | 0        | 1   |
        | 1        | 2   |

    @NEG-08
    Scenario: A third token is refused and the two stay in use
      Given the tenant holds 2 tokens
      When the administrator generates a token
      Then the portal refuses because "token_limit_reached"
      And the tenant holds 2 tokens
      And the endpoint lets every token in

    @NEG-09
    Scenario: An inactive token keeps its place
      Given the tenant holds 2 tokens
      And the first token was set to inactive
      When the administrator generates a token
      Then the portal refuses because "token_limit_reached"
      And the tenant holds 2 tokens

    @NEG-62 @SEED-026
    Scenario: Removing a token makes room for another
      Given the tenant holds 2 tokens
      And the first token was removed
      When the administrator generates a token
      Then the tenant holds 2 tokens
      And the endpoint lets that token in

  @SEED-021 @SEED-022
  Rule: What Select offers depends on the state of the token

    Scenario Outline: A token that is <state> can be changed in the documented ways
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator opens the provisioning page
      Then Select offers "<actions>"

      Examples:
        | state    | actions                       |
        | active   | Set to Inactive, Renew, Remove |
        | inactive | Set to Active, Renew, Remove   |

  Rule: Only an active token is let in

    @SEED-024 @NEG-07
    Scenario: An inactive token is refused and the other one is not
      Given the tenant holds 2 tokens
      When the administrator sets the first token to inactive
      Then the endpoint refuses the first token
      And the endpoint lets the second token in
      And the tenant holds 2 tokens

    @SEED-023
    Scenario: A token set to active again is let in with the same secret
      Given the tenant holds 1 token
      And the first token was set to inactive
      When the administrator sets the first token to active
      Then the endpoint lets the first token in

    @SEED-026
    Scenario: A removed token is refused for good
      Given the tenant holds 1 token
      When the administrator removes the first token
      Then the endpoint refuses the first token
      And the tenant holds 0 tokens

    @NEG-20
    Scenario: A removed token cannot be set to active
      Given the tenant holds 1 token
      And the first token was removed
      When the administrator sets the first token to active
      Then the portal refuses because "token_not_found"
      And the tenant holds 0 tokens

  @SEED-025 @SEED-036 @SEED-037
  Rule: Renewing changes the secret and nothing else

    Scenario: The old secret is refused, the new one let in, and the URL stays
      Given the tenant holds 1 token
      When the administrator renews the first token
      Then the endpoint refuses the secret it had before
      And the endpoint lets that token in
      And the tenant holds 1 token
      And the target SCIM URL is what it was
