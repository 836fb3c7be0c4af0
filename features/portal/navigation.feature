@portal
Feature: Reaching the provisioning page
  Every documented procedure in the MDM starts by signing in to the portal and choosing a page.
  Who may see and do what is a matter of roles.

  @SEED-014 @SEED-051 @SEED-063
  Rule: The portal is opened by signing in

    Scenario: The right password opens the portal on its dashboard
      When the administrator signs in
      Then the portal shows the page "Dashboard"

    @NEG-04
    Scenario: A wrong password opens nothing
      When the administrator signs in with a wrong password
      Then the portal refuses because "wrong_credentials"
      And the page "Dashboard" stays closed

    @NEG-04
    Scenario Outline: <pause> minutes after five wrong passwords the right one is <answer>
      Given the administrator gave 5 wrong passwords
      And <pause> minutes have passed
      When the administrator signs in
      Then <outcome>

      Examples:
        | pause | answer  | outcome                                     |
        | 14    | refused | the portal refuses because "account_locked" |
        | 15    | taken   | the portal shows the page "Dashboard"       |

    Scenario: Signing out closes the portal
      Given the administrator is signed in
      When the administrator signs out
      Then the page "Dashboard" stays closed

    Scenario: A cookie that was copied before signing out opens nothing
      Given the administrator is signed in
      When somebody opens "Dashboard" with a cookie that was copied before the administrator signed out
      Then the portal refuses because "session_expired"

  @IVANTI-086 @NEG-04 @mock-only
  Rule: A session that is idle for 15 minutes ends, and nothing is done in its name

    Scenario Outline: What is sent after a pause of <pause> minutes is <answer>
      Given the tenant holds 1 token
      When the administrator sets the first token to inactive after a pause of <pause> minutes
      Then <outcome>
      And <token>

      Examples:
        | pause | answer   | outcome                                      | token                                |
        | 14    | done     | the portal does as asked                     | the endpoint refuses the first token |
        | 15    | not done | the portal refuses because "session_expired" | the endpoint lets the first token in |

    Scenario Outline: With a time-out of 5 minutes, what is sent after <pause> minutes is <answer>
      Given the tenant holds 1 token
      And the administrator has saved the settings:
        | idle_minutes | 5 |
      When the administrator sets the first token to inactive after a pause of <pause> minutes
      Then <outcome>

      Examples:
        | pause | answer   | outcome                                      |
        | 4     | done     | the portal does as asked                     |
        | 5     | not done | the portal refuses because "session_expired" |

    Scenario Outline: After <hours> hours of work without a pause the session is <state>
      Given the administrator has been at work for <hours> hours without a pause
      When the administrator goes on to "Dashboard"
      Then <outcome>

      Examples:
        | hours | state | outcome                                      |
        | 23    | open  | the portal shows the page "Dashboard"        |
        | 24    | over  | the portal refuses because "session_expired" |

  Rule: The documented ways through the navigation lead to the documented pages

    Scenario Outline: <way> leads to <page>
      When the administrator chooses "<way>"
      Then the portal shows the page "<page>"

      @SEED-015
      Examples: The landing page of Admin
        | way   | page              |
        | Admin | Custom Attributes |

      @SEED-016 @SEED-017 @IVANTI-002
      Examples: The way of the procedure
        | way                                                 | page                       |
        | Admin > Microsoft Azure > User Provisioning Entra ID | User Provisioning Entra ID |

      @IVANTI-001
      Examples: The other way to the same page
        | way                                  | page                       |
        | Admin > Identity > User Provisioning | User Provisioning Entra ID |

      @IVANTI-016
      Examples: Both ways to the audit trail
        | way                                   | page         |
        | Dashboard > Audit Trails              | Audit Trails |
        | Admin > Infrastructure > Audit Trails | Audit Trails |

      @SEED-052 @SEED-064
      Examples: The pages of verification
        | way         | page        |
        | Users       | Users       |
        | User Groups | User Groups |

  @IVANTI-088 @NEG-05
  Rule: A role decides which pages are shown

    Scenario Outline: <role> is shown <tabs>
      Given the administrator has the role <role>
      When the administrator opens the address of "<page>"
      Then <outcome>
      And the tabs are "<tabs>"

      @SEED-014
      Examples: The provisioning page
        | role              | page                       | outcome                                               | tabs                          |
        | System Management | User Provisioning Entra ID | the portal shows the page "User Provisioning Entra ID" | Dashboard, Admin, Support     |
        | System Read Only  | User Provisioning Entra ID | the portal shows the page "User Provisioning Entra ID" | Dashboard, Admin, Support     |
        | User Management   | User Provisioning Entra ID | the portal refuses because "not_permitted"            | Dashboard, Users, User Groups |
        | User Read Only    | User Provisioning Entra ID | the portal refuses because "not_permitted"            | Dashboard, Users, User Groups |
        | Support           | User Provisioning Entra ID | the portal refuses because "not_permitted"            | Dashboard, Support            |

      Examples: The Users page
        | role              | page  | outcome                                    | tabs                          |
        | User Management   | Users | the portal shows the page "Users"          | Dashboard, Users, User Groups |
        | User Read Only    | Users | the portal shows the page "Users"          | Dashboard, Users, User Groups |
        | System Management | Users | the portal refuses because "not_permitted" | Dashboard, Admin, Support     |

  @IVANTI-088 @NEG-05
  Rule: A read-only role sees and does not act

    Scenario Outline: <role> asks for <act>: <answer>
      Given the tenant holds 1 token
      And the administrator has the role <role>
      When the administrator <act> the first token
      Then <outcome>
      And <token>

      Examples:
        | role              | act     | answer  | outcome                                    | token                                |
        | System Management | removes | done    | the portal does as asked                   | the endpoint refuses the first token |
        | System Read Only  | removes | refused | the portal refuses because "not_permitted" | the endpoint lets the first token in |
        | User Management   | removes | refused | the portal refuses because "not_permitted" | the endpoint lets the first token in |

    Scenario Outline: <role> adds a local user: <answer>
      Given the administrator has the role <role>
      When the administrator adds the local user "ada@contoso.test"
      Then <outcome>

      Examples:
        | role              | answer  | outcome                                                               |
        | User Management   | done    | the Users page lists "ada@contoso.test" as Enabled from "Local"       |
        | User Read Only    | refused | the portal refuses because "not_permitted"                            |
        | System Management | refused | the portal refuses because "not_permitted"                            |

  Rule: The portal speaks English and Japanese

    Scenario Outline: In <language> the entry <entry> is <label>
      Given the administrator reads the portal in <language>
      When the administrator looks at the navigation
      Then the entry "<entry>" is called "<label>"

      @SEED-015
      Examples: Admin and its landing page
        | language | entry     | label |
        | English  | nav.admin | Admin |
        | Japanese | nav.admin | 管理    |

      @SEED-016
      Examples: The way to the provisioning page
        | language | entry             | label                      |
        | English  | nav.azure_section | Microsoft Azure            |
        | Japanese | nav.azure_section | Microsoft Azure            |
        | English  | nav.provisioning  | User Provisioning Entra ID |
        | Japanese | nav.provisioning  | Entra IDユーザプロビジョニング     |

      @SEED-052 @SEED-064
      Examples: The pages of verification
        | language | entry      | label       |
        | English  | nav.users  | Users       |
        | Japanese | nav.users  | ユーザ         |
        | English  | nav.groups | User Groups |
        | Japanese | nav.groups | ユーザグループ     |

    @SEED-023 @SEED-024 @SEED-025 @SEED-026 @IVANTI-007
    Scenario Outline: In <language> Select offers <actions> for a token that is <state>
      Given the tenant holds 1 token
      And the token is <state>
      And the administrator reads the portal in <language>
      When the administrator opens the provisioning page
      Then Select offers "<actions>"

      Examples:
        | language | state    | actions                         |
        | English  | active   | Set to Inactive, Renew, Remove  |
        | English  | inactive | Set to Active, Renew, Remove    |
        | Japanese | active   | 非アクティブに設定, 更新, 削除 |
        | Japanese | inactive | アクティブに設定, 更新, 削除   |

    @NEG-05
    Scenario: A refusal is worded in the language of the reader
      Given the administrator has the role System Read Only
      And the administrator reads the portal in Japanese
      When the administrator generates a token
      Then the portal says "お使いのロールではこの操作は許可されていません。"
      And the tenant holds 0 tokens
