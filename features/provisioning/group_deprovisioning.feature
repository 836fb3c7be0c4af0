@provisioning @portal @entra @groups @policy-ivanti-r119
Feature: What remains in the MDM of a group or a member that leaves
  A group that is deleted in Entra ID goes, and who was there for its sake is disabled
  and belongs to All Users alone. A member who is deleted stays with the group.

  Background:
    Given Entra ID is connected to the endpoint
    And "Engineering" with Ada and Grace was provisioned

  @IVANTI-049 @NEG-49
  Rule: A deleted group is gone, and members who depended on it are disabled

    Scenario: The group disappears, and its members stay in All Users
      Given "Engineering" is deleted from the directory
      When a provisioning cycle ends
      Then the endpoint has no group "Engineering"
      And the User Groups page does not list "Engineering"
      And the Users page lists "ada@contoso.test" as Disabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Disabled from "SCIM Entra ID"
      And the group "All Users" counts 2 members

    Scenario: A member who is assigned otherwise stays enabled
      Given Ada is assigned to the application
      And "Engineering" is deleted from the directory
      When a provisioning cycle ends
      Then the endpoint has no group "Engineering"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
      And the Users page lists "grace@contoso.test" as Disabled from "SCIM Entra ID"

    Scenario Outline: A server that <cascades> with a deleted group leaves her <state>
      Given the rule "cascade_group_delete" of the MDM is <value>
      When a client deletes the group "Engineering"
      Then the endpoint has no group "Engineering"
      And the endpoint has one <state> user "ada@contoso.test"

      Examples:
        | cascades                | value | state    |
        | disables the members    | on    | inactive |
        | does nothing to members | off   | active   |

  @IVANTI-050 @NEG-49
  Rule: A member who is deleted for good is disabled and still shown in the group

    Scenario: The group counts her in the portal and does not list her over SCIM
      Given Grace is deleted for good
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test"
      And the User Groups page lists "Engineering" with 2 members
      And the portal shows the group "Engineering" with only "ada@contoso.test, grace@contoso.test"
      And the Users page lists "grace@contoso.test" as Disabled from "SCIM Entra ID"

    Scenario: A server that keeps deleted members lists her over SCIM, too
      Given the rule "members_keep_disabled" of the MDM is on
      And Grace is deleted for good
      When a provisioning cycle ends
      Then the endpoint has no user "grace@contoso.test"
      And the endpoint group "Engineering" lists 2 members

  @NEG-24
  Rule: A group that is no longer assigned is no longer maintained

    Scenario: Who joins it afterwards does not arrive
      Given Ada is assigned to the application
      And "Engineering" is no longer assigned
      And Linus has joined "Engineering"
      When a provisioning cycle ends
      Then the endpoint has no user "linus@contoso.test"
      And the endpoint has no group "Engineering"
      And the Users page lists "ada@contoso.test" as Enabled from "SCIM Entra ID"
