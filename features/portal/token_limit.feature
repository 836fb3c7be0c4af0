@portal
Feature: At most two tokens
  Two tokens may exist at one time, so that a new one can be put in place before the old
  one is withdrawn. A token holds its place until it is removed.

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
      And the portal says "Maximum of 2 SCIM tokens reached. Remove a token before generating another."
      And the tenant holds 2 tokens
      And the endpoint lets every token in

    @IVANTI-008
    Scenario: A refused token leaves no entry in the audit trail
      Given the tenant holds 2 tokens
      When the administrator generates a token
      Then the portal refuses because "token_limit_reached"
      And the audit trail of tokens reads "Created, Created"

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

    @SEED-025
    Scenario: Renewing a token takes no further place
      Given the tenant holds 1 token
      And the first token was renewed
      When the administrator generates a token
      Then the tenant holds 2 tokens

  @NEG-54
  Rule: Two administrators who generate at the same moment cannot both have the last place

    Scenario: Of two at the same moment one gets the token
      Given the tenant holds 1 token
      When 2 administrators generate a token at the same moment
      Then 1 of them gets a token and 1 is refused
      And the tenant holds 2 tokens
      And the endpoint lets every token in

  @IVANTI-006
  Rule: The limit counts the tokens of all identity providers together

    Scenario: A third token is refused whichever provider it is for
      Given the tenant holds a token for "Entra ID"
      And the tenant holds a token for "Okta"
      When the administrator generates a token for "Okta"
      Then the portal refuses because "token_limit_reached"
      And the tenant holds 2 tokens

    Scenario: Where each provider has a limit of its own, another provider's token is generated
      Given the limit counts the tokens of each identity provider by themselves
      And the tenant holds 2 tokens
      When the administrator generates a token for "Okta"
      Then the tenant holds 3 tokens

    Scenario: Where each provider has a limit of its own, a third token for the same one is refused
      Given the limit counts the tokens of each identity provider by themselves
      And the tenant holds 2 tokens
      When the administrator generates a token for "Entra ID"
      Then the portal refuses because "token_limit_reached"

  @SEED-027
  Rule: The limit is the product's

    Scenario Outline: Where a tenant may hold <most> tokens, generating one with <existing> makes <now>
      Given a tenant may hold <most> tokens
      And the tenant holds <existing> tokens
      When the administrator generates a token
      Then the tenant holds <now> tokens

      Examples:
        | most          | existing | now |
        | 1             | 0        | 1   |
        | 1             | 1        | 1   |
        | any number of | 3        | 4   |
