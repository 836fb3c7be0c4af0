@portal
Feature: One URL, changing tokens
  The target SCIM URL never varies. The token is the one value that does, so that
  replacing it means editing one field at the identity provider.

  @SEED-036
  Rule: The target SCIM URL is the same before and after whatever is done to a token

    Scenario Outline: When the administrator <act> the URL stays
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator <act>
      Then the target SCIM URL is what it was

      Examples:
        | state    | act                              |
        | active   | generates a token                |
        | active   | sets the first token to inactive |
        | inactive | sets the first token to active   |
        | active   | renews the first token           |
        | active   | removes the first token          |

  @SEED-011 @SEED-036
  Rule: The target SCIM URL is the same for every token and every identity provider

    Scenario: A token for Okta is for the URL of the token for Entra ID
      Given the tenant holds a token for "Entra ID"
      When the administrator generates a token for "Okta"
      Then every token was shown with the same target SCIM URL
      And the endpoint lets every token in

    Scenario: What one provider created the other one sees
      Given the tenant holds a token for "Entra ID"
      And a client created the users "ada@contoso.test"
      When the administrator generates a token for "Okta"
      Then the endpoint has one active user "ada@contoso.test"
