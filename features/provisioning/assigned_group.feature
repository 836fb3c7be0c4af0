@entra @groups
Feature: Provisioning an assigned group
  Assigning a group to the application provisions the group and its immediate members.

  Background:
    Given Entra ID is connected to the endpoint

  @SEED-054 @SEED-059 @SEED-061
  Rule: The members arrive first, then the group, then the memberships

    @ENTRA-639 @ENTRA-166 @ENTRA-168 @ENTRA-188 @smoke
    Scenario: The requests come in the documented order
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint received these requests after the probe:
        | method | path         | excludedAttributes | filter                           |
        | GET    | /Users       |                    | userName eq "ada@contoso.test"   |
        | POST   | /Users       |                    |                                  |
        | GET    | /Users       |                    | userName eq "grace@contoso.test" |
        | POST   | /Users       |                    |                                  |
        | GET    | /Groups      | members            | displayName eq "Engineering"     |
        | POST   | /Groups      |                    |                                  |
        | PATCH  | /Groups/{id} |                    |                                  |
      And the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    @NEG-43
    Scenario: An empty group is created without members
      Given these groups exist in the directory:
        | group   | members |
        | Archive |         |
      And "Archive" is assigned to the application
      When provisioning is started
      Then the endpoint group "Archive" has no members

  @IVANTI-047 @NEG-44 @ENTRA-655
  Rule: Only immediate members of an assigned group are provisioned

    Background:
      Given these groups exist in the directory:
        | group       | members      |
        | Backend     | Grace        |
        | Engineering | Ada, Backend |
      And "Engineering" is assigned to the application

    Scenario: An immediate member is provisioned and listed in the group
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint group "Engineering" lists only "ada@contoso.test"

    Scenario: A member of a nested group is left out
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And the endpoint has no group "Backend"

  @NEG-45
  Rule: A user stays as long as one assignment holds

    Scenario Outline: A user in two groups who leaves <left> is <state>
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
        | Research    | Ada     |
      And "Engineering" is assigned to the application
      And "Research" is assigned to the application
      And provisioning was started
      And Ada has left <left>
      When a provisioning cycle ends
      Then the endpoint has one <state> user "ada@contoso.test"

      Examples:
        | left                     | state    |
        | "Engineering"            | active   |
        | "Engineering, Research"  | inactive |
