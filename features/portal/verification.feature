@portal
Feature: Checking in the MDM portal what was provisioned
  After a cycle the administrator of the MDM looks at the lists of users and user groups.
  What Entra ID reports as done must be found there.

  Background:
    Given Entra ID is connected to the endpoint

  @SEED-050 @SEED-051 @SEED-052 @SEED-053
  Rule: Provisioned users are shown on the Users page

    Scenario: An assigned user is listed with her source and status
      Given Ada is assigned to the application
      When a provisioning cycle ends
      Then the provisioning log shows "create" with "success" for Ada
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

    @NEG-24
    Scenario: A user who was unassigned is listed as disabled
      Given Ada was provisioned
      And Ada is no longer assigned
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"

    @NEG-25
    Scenario: A user who is not assigned is not listed
      Given Ada is assigned to the application
      And Grace exists in the directory
      When a provisioning cycle ends
      Then the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the Users page does not list "grace@contoso.test"

  @SEED-062 @SEED-063 @SEED-064 @SEED-065
  Rule: Provisioned groups are shown on the User Groups page

    Scenario: An assigned group is listed with its members counted
      Given these groups exist in the directory:
        | group       | members    |
        | Engineering | Ada, Grace |
      And "Engineering" is assigned to the application
      When a provisioning cycle ends
      Then the provisioning log shows "create" with "success" for "Engineering"
      And the User Groups page lists "Engineering" with 2 members
