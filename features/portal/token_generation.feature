@portal
Feature: Generating a token
  The administrator of the MDM hands the identity provider two values: a token and the
  target SCIM URL. The token is shown once, on the page that opens when it is generated.

  @SEED-013 @SEED-018 @SEED-019 @smoke
  Rule: Generating a token shows the token and the target SCIM URL

    Scenario: The administrator is shown both values
      When the administrator generates a token
      Then the portal shows a token and the target SCIM URL
      And the tenant holds 1 token
      And the portal shows the first token as Active

    Scenario: A new token is let in at once
      When the administrator generates a token
      Then the endpoint lets that token in

    Scenario: Two tokens are independent, and both are let in
      Given the tenant holds 1 token
      When the administrator generates a token
      Then the two tokens are independent of each other and of the tenant
      And the endpoint lets every token in

    @SEED-020
    Scenario: Each Copy button copies its value and nothing else
      When the administrator generates a token
      Then the copied values are exactly the token and the target SCIM URL
      And the endpoint lets that token in

  @IVANTI-003
  Rule: A token is generated when the administrator confirms, and not before

    Scenario: Nothing is generated before the administrator confirms
      When the administrator asks for a token without confirming
      Then the portal refuses because "not_confirmed"
      And the tenant holds 0 tokens
      And the audit trail of tokens is empty

    Scenario: A confirmed token is generated and recorded
      When the administrator generates a token
      Then the tenant holds 1 token
      And the audit trail of tokens reads "Created"

  @NEG-06 @SEED-019 @IVANTI-004
  Rule: The secret is shown once

    Scenario: The provisioning page shows a token without its secret
      Given the tenant holds 1 token
      When the administrator opens the provisioning page
      Then the page shows 1 token without its secret

    Scenario: A lost secret is replaced by renewing the token
      Given the tenant holds 1 token
      When the administrator renews the first token
      Then the endpoint lets that token in
      And the tenant holds 1 token

  @SEED-017 @SEED-021 @IVANTI-005
  Rule: The provisioning page offers Generate, and Select for each token

    Scenario: Without tokens there is nothing to select
      When the administrator opens the provisioning page
      Then the page offers to generate a token for "Entra ID, Okta, Generic"
      And the page shows 0 tokens without its secret

    Scenario: A token is listed when the page is opened again
      Given the tenant holds 1 token
      When the administrator opens the provisioning page
      Then the page shows 1 token without its secret
      And Select offers "Set to Inactive, Renew, Remove"

  @IVANTI-020 @IVANTI-001
  Rule: A token is generated for one of the identity providers

    Scenario: A provider that is not offered gets no token
      When the administrator generates a token for "Ping"
      Then the portal refuses because "unknown_provider"
      And the tenant holds 0 tokens
      And the audit trail of tokens is empty

    Scenario Outline: A token for <provider> is let in at the same URL
      When the administrator generates a token for "<provider>"
      Then the portal shows a token and the target SCIM URL
      And the endpoint lets that token in

      Examples:
        | provider |
        | Entra ID |
        | Okta     |
        | Generic  |
