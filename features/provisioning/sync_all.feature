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

  @SEED-002 @SEED-009 @ENTRA-209
  Rule: With the scope "sync assigned" only what is assigned is provisioned

    Scenario: The others stay out
      Given Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And the endpoint has no user "linus@contoso.test"

  @NEG-26 @ENTRA-211
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
