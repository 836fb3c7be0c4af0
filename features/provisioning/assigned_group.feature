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

    @SEED-054 @SEED-061
    Scenario: No membership names a user whom the endpoint has not answered for
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
        | Research    | Grace      |
      And "Engineering" is assigned to the application
      And "Research" is assigned to the application
      When provisioning is started
      Then the endpoint group "Research" lists only "grace@contoso.test"
      And no membership named a user before the endpoint had given its id

    @NEG-22 @SEED-054
    Scenario: A disabled member is left out and the others are in
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And the account of Grace is disabled
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint group "Engineering" lists only "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"

    @SEED-054 @SEED-066
    Scenario: A member who joins later arrives with the next cycle
      Given "Engineering" with Ada was provisioned
      And Grace has joined "Engineering"
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

  @NEG-48
  Rule: A large group arrives whole, a hundred members in a request

    Scenario: A group of 130 members lists each of them once
      Given "Everybody" with 130 members is assigned to the application
      When provisioning is started
      Then the members of "Everybody" were sent in requests of 100, 30
      And the endpoint group "Everybody" lists everybody who was created

  @NEG-47 @SEED-058
  Rule: Two groups of one name do not overwrite each other

    Scenario: The second group is refused and logged, and the first keeps its members
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
      And "Engineering" is assigned to the application
      And a second group called "Engineering", with Grace, is assigned to the application
      When provisioning is started
      Then the endpoint group "Engineering" lists only "ada@contoso.test"
      And the provisioning log shows "success, failure" for the groups called "Engineering"

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
  Rule: A user in two groups is one user

    Scenario: The user is in both groups and exists once
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
        | Research    | Ada        |
      And "Engineering" is assigned to the application
      And "Research" is assigned to the application
      When provisioning is started
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"
      And the endpoint group "Research" lists only "ada@contoso.test"

    @NEG-36
    Scenario: A user assigned directly and through a group is created once
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
      And "Engineering" is assigned to the application
      And Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint group "Engineering" lists only "ada@contoso.test"

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
