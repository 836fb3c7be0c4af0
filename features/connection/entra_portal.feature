@entra @mock-only
Feature: The portal of Entra ID
  The administrator signs in, picks the application and sets its provisioning up. What is
  shown depends on the role, on the kind of application and on the language of the reader.

  @SEED-029 @SEED-040 @SEED-055 @NEG-05
  Rule: Only administrators of applications see how an application is provisioned

    Scenario Outline: To a <role> the portal <answer> the settings of provisioning
      Given the connection is saved
      And a <role> is signed in to Entra ID
      When the page "Edit provisioning" is opened in Entra ID
      Then Entra ID <answer> the page

      Examples: Administrators
        | role                            | answer |
        | Cloud Application Administrator | shows  |
        | Application Administrator       | shows  |
        | Global Administrator            | shows  |

      Examples: Readers
        | role           | answer  |
        | Global Reader  | refuses |
        | Reports Reader | refuses |
        | User           | refuses |

    Scenario Outline: A <role> sees the applications without their Tenant URL
      Given the connection is saved
      And a <role> is signed in to Entra ID
      When the page "Enterprise applications" is opened in Entra ID
      Then Entra ID shows the page
      And nothing on the page names the Tenant URL

      Examples:
        | role           |
        | Global Reader  |
        | Reports Reader |

    Scenario: A Reports Reader sees the provisioning logs
      Given a Reports Reader is signed in to Entra ID
      When the page "Provisioning logs" is opened in Entra ID
      Then Entra ID shows the page

    Scenario Outline: A <role> assigns nobody
      Given Ada exists in the directory
      And a <role> is signed in to Entra ID
      When the administrator selects "Ada" on the page Add Assignment and assigns
      Then Entra ID refuses the page

      Examples:
        | role           |
        | Global Reader  |
        | Reports Reader |

  @SEED-029
  Rule: A session that nobody uses ends

    Scenario: After 14 minutes the page is shown
      Given a Cloud Application Administrator is signed in to Entra ID
      And nobody has used the portal of Entra ID for 14 minutes
      When the page "Provisioning" is opened in Entra ID
      Then Entra ID shows the page

    Scenario: After 15 minutes Entra ID asks to sign in
      Given a Cloud Application Administrator is signed in to Entra ID
      And nobody has used the portal of Entra ID for 15 minutes
      When the page "Provisioning" is opened in Entra ID
      Then Entra ID asks to sign in

  @SEED-030
  Rule: An application of one's own is created under a chosen name

    @IVANTI-021 @SEED-028
    Scenario: A non-gallery application is listed and offers the credentials
      Given the administrator has created the non-gallery application "Ivanti Neurons"
      When the page "Edit provisioning" is opened in Entra ID
      Then the page offers the mode Automatic and the fields of the credentials
      And Enterprise applications lists "Ivanti Neurons"

    @NEG-28
    Scenario: An application for sign-in only offers the mode Manual and no credentials
      Given the administrator has created the app registration application "Timesheets"
      When the page "Edit provisioning" is opened in Entra ID
      Then the page offers the mode Manual and no fields
      And Enterprise applications lists "Timesheets"

    @NEG-28
    Scenario: Provisioning of an application for sign-in only cannot be started
      Given the administrator has created the app registration application "Timesheets"
      When provisioning is started
      Then Entra ID refuses to start because "its mode is Manual"
      And nothing was sent

  Rule: The connection is tested and saved on the page Edit provisioning

    @SEED-030 @SEED-031 @SEED-032 @SEED-033 @SEED-034 @SEED-035 @IVANTI-025
    Scenario: URL and token pasted into the two fields earn the green check
      When the administrator tests the connection on the page
      Then the page shows a green check
      And the endpoint received these requests:
        | method | path    | filter                     |
        | GET    | /Users  | userName eq "{random}"     |
        | GET    | /Groups | displayName eq "{random}"  |
      And nothing on the page shows the secret token

    @IVANTI-022 @IVANTI-023
    Scenario Outline: The scope "<scope>" is chosen before the test and saved with the credentials
      When the administrator chooses the scope "<chosen>", tests and saves on the page
      Then the page says that it was saved
      And the scope is shown as "<scope>"

      Examples:
        | chosen   | scope                               |
        | ALL      | Sync all users and groups           |
        | ASSIGNED | Sync only assigned users and groups |

    @SEED-038 @NEG-15
    Scenario: Credentials that fail are not saved, nor is what was chosen with them
      When the administrator chooses the scope "ALL" and saves a token that nobody issued on the page
      Then the page says that nothing was saved
      And the scope is shown as "Sync only assigned users and groups"

    @SEED-066 @IVANTI-055
    Scenario: The interval is shown and cannot be edited
      Given the connection is saved
      When the administrator saves settings with an interval of 5 minutes
      Then the page shows "40 minutes (fixed)" and no field for it

  @SEED-033 @NEG-58
  Rule: A secret token that was saved is used and never shown

    Scenario: Neither pages nor status nor logs show the secret token
      Given the connection is saved
      And Ada is assigned to the application
      And provisioning was started
      When everything about the application is opened in Entra ID
      Then none of it shows the secret token
      And the endpoint has one active user "ada@contoso.test"

  @SEED-031 @SEED-041 @SEED-042 @SEED-044 @SEED-047
  Rule: The pages use the words of the documentation, in the language of the reader

    Scenario Outline: In Japanese the page "<page>" has the documented words
      Given the portal of Entra ID is read in Japanese
      When the page "<page>" is opened in Entra ID
      Then the page carries these labels:
        | label   | words   |
        | <label> | <words> |

      Examples:
        | page                    | label              | words                      |
        | Enterprise applications | entra.apps         | 企業アプリケーション       |
        | Provisioning            | entra.provisioning | プロビジョニング           |
        | Provisioning            | entra.edit         | プロビジョニングの編集     |
        | Provisioning            | entra.start        | プロビジョニングを開始     |
        | Edit provisioning       | entra.creds        | 管理者認証情報             |
        | Edit provisioning       | entra.tenant_url   | テナントURL                |
        | Edit provisioning       | entra.secret       | シークレットトークン       |
        | Edit provisioning       | entra.test         | 試験接続                   |
        | Edit provisioning       | entra.save         | 保存                       |
        | Users and groups        | entra.users_groups | ユーザおよびグループ       |
        | Users and groups        | entra.add          | +ユーザ/グループを追加     |
        | Add Assignment          | entra.add_page     | 割り当てを追加             |
        | Add Assignment          | entra.search       | 検索                       |
        | Add Assignment          | entra.select       | 選択                       |
        | Add Assignment          | entra.assign       | 割り当て                   |

    Scenario: In English the page "Edit provisioning" has the documented words
      Given the portal of Entra ID is read in English
      When the page "Edit provisioning" is opened in Entra ID
      Then the page carries these labels:
        | label            | words             |
        | entra.creds      | Admin Credentials |
        | entra.tenant_url | Tenant URL        |
        | entra.secret     | Secret Token      |
        | entra.test       | Test Connection   |
        | entra.save       | Save              |
