@portal
Feature: Changing the state of a token
  Select offers what can be done to a token that exists: Set to Active, Set to Inactive,
  Renew and Remove. The endpoint lets in what is active, and nothing else.

  @SEED-021 @SEED-022 @IVANTI-007
  Rule: What Select offers depends on the state of the token

    Scenario Outline: A token that is <state> can be changed in the documented ways
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator opens the provisioning page
      Then Select offers "<actions>"

      Examples:
        | state    | actions                        |
        | active   | Set to Inactive, Renew, Remove |
        | inactive | Set to Active, Renew, Remove   |

    Scenario: An action that does not exist is refused
      Given the tenant holds 1 token
      When the administrator tries to rename a token that "never existed"
      Then the portal refuses because "unknown_action"
      And the portal shows the first token as Active

  Rule: Only an active token is let in

    @SEED-024 @NEG-07
    Scenario: An inactive token is refused and the other one is not
      Given the tenant holds 2 tokens
      When the administrator sets the first token to inactive
      Then the endpoint refuses the first token
      And the endpoint lets the second token in
      And the portal shows the first token as Inactive

    @NEG-07
    Scenario: Whatever is asked for with an inactive token is refused and not done
      Given the tenant holds 2 tokens
      And a client created the users "ada@contoso.test"
      And the first token was set to inactive
      When the first token is presented with each of these requests:
        | method | path                   |
        | GET    | /Users/{id}            |
        | POST   | /Users                 |
        | PUT    | /Users/{id}            |
        | PATCH  | /Users/{id}            |
        | DELETE | /Users/{id}            |
        | POST   | /Groups                |
        | GET    | /ServiceProviderConfig |
      Then each of them is answered 401
      And "ada@contoso.test" is unchanged
      And the endpoint has no user "grace@contoso.test"

    @SEED-023
    Scenario: A token set to active again is let in with the same secret
      Given the tenant holds 1 token
      And the first token was set to inactive
      When the administrator sets the first token to active
      Then the endpoint lets the first token in
      And the portal shows the first token as Active

    @NEG-10
    Scenario Outline: Setting a token that is <state> to <state> changes nothing
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator sets the first token to <state>
      Then the portal shows the first token as <status>
      And the audit trail of tokens reads "<activities>"

      Examples:
        | state    | status   | activities        |
        | active   | Active   | Created           |
        | inactive | Inactive | Created, Disabled |

  Rule: What was provisioned stays, whatever becomes of the token

    Scenario Outline: When the administrator <act> the user and the group that it brought stay
      Given the tenant holds 1 token
      And a client created the users "ada@contoso.test"
      And a client created the group "Engineering" with "ada@contoso.test"
      And the tenant holds 2 tokens
      When the administrator <act>
      Then the endpoint refuses the secret it had before
      And the endpoint has one active user "ada@contoso.test"
      And the endpoint group "Engineering" lists only "ada@contoso.test"

      @SEED-024
      Examples: Set to Inactive
        | act                              |
        | sets the first token to inactive |

      @SEED-026
      Examples: Remove
        | act                     |
        | removes the first token |

  @SEED-025
  Rule: Renewing changes the secret and nothing else

    @NEG-15
    Scenario: The old secret is refused and the new one let in
      Given the tenant holds 1 token
      When the administrator renews the first token
      Then the endpoint refuses the secret it had before
      And the endpoint lets that token in

    @SEED-036
    Scenario: The token keeps its identity, and the URL stays
      Given the tenant holds 1 token
      When the administrator renews the first token
      Then the portal shows the first token as Active
      And the tenant holds 1 token
      And the target SCIM URL is what it was

    Scenario: An inactive token that is renewed stays inactive
      Given the tenant holds 1 token
      And the first token was set to inactive
      When the administrator renews the first token
      Then the portal shows the first token as Inactive
      And the endpoint refuses the first token

  @SEED-025
  Rule: Where an overlap is set, the old secret lives on for so long and no longer

    Scenario Outline: With an overlap of 60 seconds the old secret <becomes> after <seconds>
      Given the tenant holds 1 token
      And a renewed secret passes over within 60 seconds
      And the first token was renewed
      When <seconds> seconds pass
      Then the endpoint <answer> the secret it had before
      And the endpoint lets that token in

      Examples:
        | seconds | becomes   | answer  |
        | 59      | is let in | lets in |
        | 60      | is dead   | refuses |

    Scenario: An overlap does not save the secret of a token that is set to inactive
      Given the tenant holds 1 token
      And a renewed secret passes over within 60 seconds
      And the first token was renewed
      When the administrator sets the first token to inactive
      Then the endpoint refuses the first token
      And the endpoint refuses every secret that it had

  @SEED-026
  Rule: A removed token is gone for good

    @NEG-19
    Scenario Outline: A token that is <state> is gone when it is removed
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator removes the first token
      Then the endpoint refuses the first token
      And the tenant holds 0 tokens

      Examples:
        | state    |
        | active   |
        | inactive |

    @NEG-19
    Scenario: The portal warns before the last token is removed
      Given the tenant holds 1 token
      When the administrator is about to remove the first token
      Then the portal warns because "last_token"
      And the tenant holds 1 token
      And the endpoint lets the first token in

    @NEG-19
    Scenario: There is no such warning while another token exists
      Given the tenant holds 2 tokens
      When the administrator is about to remove the first token
      Then the portal has no warning
      And the tenant holds 2 tokens

  @NEG-20
  Rule: Nothing can be done to a token that does not exist

    Scenario Outline: Trying to <action> a token that <why> is refused without a trace
      When the administrator tries to <action> a token that "<why>"
      Then the portal refuses because "token_not_found"
      And the audit trail of tokens <trail>

      Examples:
        | action     | why           | trail                    |
        | activate   | never existed | is empty                 |
        | deactivate | never existed | is empty                 |
        | renew      | never existed | is empty                 |
        | remove     | never existed | is empty                 |
        | activate   | was removed   | reads "Created, Deleted" |
        | remove     | was removed   | reads "Created, Deleted" |

  @SEED-004 @NEG-07
  Rule: The refusal does not tell what became of the token

    Scenario Outline: A token that is <state> is refused like one that nobody issued
      Given the tenant holds 2 tokens
      And the first token was <change>
      When the secret it had before is presented to the endpoint
      Then the endpoint refuses it in the words in which it refuses a token that nobody issued

      Examples:
        | state    | change          |
        | inactive | set to inactive |
        | renewed  | renewed         |
        | removed  | removed         |

    Scenario: A token that is expired is refused like one that nobody issued
      Given tokens expire after 30 days
      And the tenant holds 1 token
      And 30 days have passed
      When the first token is presented to the endpoint as it is
      Then the endpoint refuses it in the words in which it refuses a token that nobody issued

    @NEG-11
    Scenario Outline: A token sent <how> is refused like one that nobody issued
      Given the tenant holds 1 token
      When the first token is presented to the endpoint <how>
      Then the endpoint refuses it in the words in which it refuses a token that nobody issued
      And the endpoint lets the first token in

      Examples:
        | how                      |
        | with a doubled scheme    |
        | with a blank in it       |
        | with another last letter |

  @NEG-61
  Rule: Where tokens have a lifetime, they expire

    Scenario: A token is let in until the day it expires
      Given tokens expire after 30 days
      And the tenant holds 1 token
      When 29 days pass
      Then the endpoint lets the first token in
      And the portal shows the first token as Active

    Scenario Outline: On day <day> of 30 the audit trail reads <activities>
      Given tokens expire after 30 days
      And the tenant holds 1 token
      When <day> days pass
      Then the endpoint lets the first token in
      And the audit trail of tokens reads "<activities>"

      Examples:
        | day | activities            |
        | 22  | Created               |
        | 23  | Created, Expires Soon |

    Scenario: An expired token is refused, shown as expired and recorded, after a reminder
      Given tokens expire after 30 days
      And the tenant holds 1 token
      When 30 days pass
      Then the endpoint refuses the first token
      And the portal shows the first token as Expired
      And the audit trail of tokens reads "Created, Expires Soon, Expired"

    Scenario: An expired token keeps its place
      Given tokens expire after 30 days
      And the tenant holds 2 tokens
      And 30 days have passed
      When the administrator generates a token
      Then the portal refuses because "token_limit_reached"

    Scenario Outline: An expired token cannot be set to <state>
      Given tokens expire after 30 days
      And the tenant holds 1 token
      And 30 days have passed
      When the administrator sets the first token to <state>
      Then the portal refuses because "token_expired"
      And the endpoint refuses the first token

      Examples:
        | state    |
        | active   |
        | inactive |

    Scenario: An expired token that is removed makes room for another
      Given tokens expire after 30 days
      And the tenant holds 2 tokens
      And 30 days have passed
      When the administrator removes the first token
      Then the tenant holds 1 token
      And the audit trail of tokens ends with "Deleted"

    Scenario: An expired token can be renewed or removed
      Given tokens expire after 30 days
      And the tenant holds 1 token
      And 30 days have passed
      When the administrator opens the provisioning page
      Then Select offers "Renew, Remove"

    Scenario: An expired token that is renewed is let in at once
      Given tokens expire after 30 days
      And the tenant holds 1 token
      And 30 days have passed
      When the administrator renews the first token
      Then the endpoint lets the first token in
      And the portal shows the first token as Active
      And the audit trail of tokens ends with "Renewed"

    Scenario Outline: A token that is renewed on day 20 is <then> on day <day>
      Given tokens expire after 30 days
      And the tenant holds 1 token
      And 20 days have passed
      And the first token was renewed
      When <more> days pass
      Then the portal shows the first token as <status>

      Examples:
        | more | day | then        | status  |
        | 29   | 49  | still there | Active  |
        | 30   | 50  | expired     | Expired |

    Scenario: Without a lifetime a token does not expire
      Given the tenant holds 1 token
      When 3650 days pass
      Then the endpoint lets the first token in
