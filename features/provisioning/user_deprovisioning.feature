@provisioning @portal @entra @policy-ivanti-r119
Feature: What remains in the MDM of a user who leaves
  Deleting a user in Entra ID is no deletion in the MDM: the user is disabled, stays on
  the Users page until an administrator removes her by hand, and may come back.

  Background:
    Given Entra ID is connected to the endpoint
    And Ada and Grace were provisioned

  @IVANTI-057
  Rule: A user who is deleted softly is disabled

    Scenario: The user is disabled at the endpoint and on the Users page
      Given Ada is deleted softly
      When a provisioning cycle ends
      Then the endpoint has one inactive user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Enabled from "SCIM Entra ID"

    @NEG-51
    Scenario: A user who is restored is enabled under the id that she had
      Given Ada was deleted softly for one cycle
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And "ada@contoso.test" has the id it had
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"

  @IVANTI-048 @IVANTI-057
  Rule: A user who is deleted for good is gone for SCIM and disabled in the portal

    Scenario: The user is unknown to the endpoint and kept on the Users page
      Given Ada is deleted for good
      When a provisioning cycle ends
      Then the endpoint has no user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Enabled from "SCIM Entra ID"

    Scenario: A server that keeps deleted users readable shows her inactive
      Given the rule "deleted_users_readable" of the MDM is on
      And Ada is deleted for good
      When a provisioning cycle ends
      Then the endpoint has one inactive user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"

    Scenario: Somebody new takes the row of the same user name
      Given Ada was deleted for good and is hired again
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
