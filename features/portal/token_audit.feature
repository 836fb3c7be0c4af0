@portal
Feature: The audit trail of tokens
  Each change of a token leaves an entry that names who did it and the vendor that the
  token is for, and never the secret.

  Rule: Each change of a token leaves exactly one entry

    Scenario Outline: After "<act>" the audit trail of tokens reads <activities>
      Given the tenant holds 1 token
      And the token is <state>
      When the administrator <act>
      Then the audit trail of tokens reads "<activities>"
      And the newest entry on tokens was made by "admin"

      @IVANTI-008 @SEED-018
      Examples: Created
        | state  | act               | activities       |
        | active | generates a token | Created, Created |

      @IVANTI-010 @SEED-024
      Examples: Disabled
        | state  | act                             | activities        |
        | active | sets the first token to inactive | Created, Disabled |

      @IVANTI-009 @SEED-023
      Examples: Enabled
        | state    | act                            | activities                 |
        | inactive | sets the first token to active | Created, Disabled, Enabled |

      @IVANTI-011 @SEED-025
      Examples: Renewed
        | state    | act                     | activities                 |
        | active   | renews the first token  | Created, Renewed           |
        | inactive | renews the first token  | Created, Disabled, Renewed |

      @IVANTI-012 @SEED-026
      Examples: Deleted
        | state    | act                     | activities                 |
        | active   | removes the first token | Created, Deleted           |
        | inactive | removes the first token | Created, Disabled, Deleted |

  @IVANTI-013
  Rule: The details name the vendor for which the token was generated

    Scenario Outline: The details of a token for <provider> name <vendor>
      When the administrator generates a token for "<provider>"
      Then the details of the newest entry on tokens name "<vendor>"

      Examples:
        | provider | vendor  |
        | Entra ID | Azure   |
        | Okta     | Okta    |
        | Generic  | Generic |

    Scenario: A later entry on the token names the same vendor
      Given the tenant holds a token for "Okta"
      When the administrator renews the first token
      Then the details of the newest entry on tokens name "Okta"

  @NEG-58
  Rule: No secret is ever shown but on the page that is for it

    Scenario: Neither pages nor entries nor exports hold a secret
      Given the tenant holds 2 tokens
      And the first token was renewed
      When the administrator opens the audit trail
      Then no secret is on the pages of tokens and audit trail, nor in an export
      And the endpoint lets every token in
