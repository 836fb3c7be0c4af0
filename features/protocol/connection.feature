@protocol
Feature: Who is let in
  The endpoint takes one bearer token and refuses everything else with 401.

  @RFC7644-2-01 @RFC7644-3.12-11 @ENTRA-503 @smoke
  Rule: A request without a good token is refused

    Scenario Outline: A request with <credential> is refused
      When a client lists users with <credential>
      Then the answer is 401 with a challenge
      And a client who lists users with the token is let in

      Examples:
        | credential           |
        | no token             |
        | an empty token       |
        | an invented token    |

  @ENTRA-509
  Rule: Answers are typed as SCIM

    Scenario: A list of users is typed application/scim+json
      When a client looks up the user "nobody@contoso.test"
      Then the answer is typed "application/scim+json"

  @NEG-58 @SEED-004
  Rule: A refusal does not give the token away

    Scenario: The answer to a token that is refused does not repeat it
      When a client lists users with an invented token
      Then the answer is 401 with a challenge
      And the answer does not repeat the token
