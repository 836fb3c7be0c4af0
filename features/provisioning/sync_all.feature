@entra
Feature: Assigned only, or all users and groups
  The scope is a switch with two values. Sync all takes the whole directory,
  whoever is assigned.

  Background:
    Given Entra ID is connected to the endpoint
    And these people exist in the directory:
      | name  | mail               |
      | Ada   | ada@contoso.test   |
      | Grace | grace@contoso.test |
      | Linus | linus@contoso.test |

  @SEED-003 @SEED-009 @ENTRA-210 @groups
  Rule: With the scope "sync all" every user and every group is provisioned

    Scenario: The directory and the endpoint hold the same people and groups
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And the scope is "Sync all users and groups"
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has one active user "grace@contoso.test"
      And the endpoint has one active user "linus@contoso.test"
      And the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    @portal
    Scenario: Whoever is active in the directory arrives, assigned or not, and nobody else
      Given Ada is assigned to the application
      And the account of Linus is disabled
      And the scope is "Sync all users and groups"
      When provisioning is started
      Then the endpoint holds the users "ada@contoso.test, grace@contoso.test" and nobody else

    @SEED-008
    Scenario: A second full cycle over an unchanged directory writes nothing
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And everybody was provisioned with the scope "Sync all users and groups"
      When provisioning is restarted
      Then no request of the provisioning service changed anything
      And the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

  @NEG-37
  Rule: Sync all takes guests and accounts without mail, and leaves out with a reason who is disabled

    Background:
      Given the scope is "Sync all users and groups"
      And the account of Linus is disabled

    @policy-entra @mock-only
    Scenario: A guest is provisioned under the name at home
      Given Alan is a guest in the directory
      When provisioning is started
      Then the endpoint has one active user "alan_contoso.test"
      And the endpoint has no user "linus@contoso.test"

    @policy-entra @mock-only
    Scenario: An account without mail and surname is provisioned
      Given the mail of Ada becomes ""
      And the surname of Ada becomes ""
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "linus@contoso.test"

    @NEG-22 @IVANTI-043
    Scenario: Whoever is left out is in the log with a reason
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the provisioning log shows "other" with "skipped" for Linus
      And the provisioning log names "disabled in the directory" as the reason for Linus

  @SEED-002 @SEED-009 @ENTRA-209
  Rule: With the scope "sync assigned" only what is assigned is provisioned

    Scenario: The others stay out
      Given Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And the endpoint has no user "linus@contoso.test"

    @portal
    Scenario: Assigned users and the members of assigned groups arrive, and nobody else
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Grace   |
        | Research    | Linus   |
      And Ada is assigned to the application
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint holds the users "ada@contoso.test, grace@contoso.test" and nobody else
      And the endpoint has no group "Research"

  @SEED-009 @IVANTI-023
  Rule: Widening the scope adds the rest with the next cycle

    Scenario: Those who were not assigned arrive, and who was there stays
      Given Ada was provisioned
      And the scope is "Sync all users and groups"
      When a provisioning cycle ends
      Then the endpoint has one active user "grace@contoso.test"
      And the endpoint has one active user "linus@contoso.test"
      And "ada@contoso.test" is unchanged

  @NEG-26 @SEED-009 @ENTRA-211
  Rule: Narrowing the scope takes effect with a restart

    Background:
      Given Ada is assigned to the application
      And everybody was provisioned with the scope "Sync all users and groups"
      And the scope is "Sync only assigned users and groups"

    Scenario: Without a restart nobody is disabled
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has one active user "grace@contoso.test"

    Scenario: After a restart those who are out of scope are disabled
      When provisioning is restarted
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has one inactive user "grace@contoso.test"
