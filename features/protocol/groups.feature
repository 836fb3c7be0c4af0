@protocol @groups
Feature: Groups over SCIM
  What Entra ID needs of the Groups endpoint, asked directly. Member lists are read back
  as a whole: a change that drops or doubles somebody else is the fault nobody sees.

  Rule: A look-up by display name finds one group or none

    @RFC7644-3.4.2.2-03 @ENTRA-498 @smoke
    Scenario: A look-up finds the group asked for and nothing else
      Given a client created the groups "Engineering, Engineering West"
      When a client looks up the group "Engineering"
      Then the answer is a list with only the group "Engineering"

    @RFC7644-3.4.2.2-71 @ENTRA-107
    Scenario: Letter case does not matter in a display name
      Given a client created the groups "Engineering, Research"
      When a client looks up the group "ENGINEERING"
      Then the answer is a list with only the group "Engineering"

  @ENTRA-499 @RFC7644-3.9-12
  Rule: Members are left out when asked to

    Scenario Outline: A group <way> without members shows none
      Given a client created the users "ada@contoso.test"
      And a client created the group "Engineering" with "ada@contoso.test"
      When the group "Engineering" is <way> without members
      Then the answer shows the group "Engineering" and no members
      And the endpoint group "Engineering" lists only "ada@contoso.test"

      Examples:
        | way          |
        | looked up    |
        | read by id   |

  Rule: A change of members changes just those

    Background:
      Given a client created the users "ada@contoso.test, grace@contoso.test, linus@contoso.test"
      And a client created the group "Engineering" with "ada@contoso.test, grace@contoso.test"

    @RFC7644-3.5.2.3-17
    Scenario: Replaced members are those given and nobody else
      When a client patches the group "Engineering":
        """
        [{"op": "replace", "path": "members", "value": [{"value": "linus@contoso.test"}]}]
        """
      Then the endpoint group "Engineering" lists only "linus@contoso.test"

    @RFC7644-3.5.2.1-14 @RFC7644-3.5.2.1-15
    Scenario: A member who is added again is listed once
      When a client patches the group "Engineering":
        """
        [{"op": "add", "path": "members", "value": [{"value": "ada@contoso.test"}]}]
        """
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test"

    @RFC7644-3.5.2.1-08 @ENTRA-178
    Scenario: Several members join with one operation
      Given a client created the users "barbara@contoso.test"
      When a client patches the group "Engineering":
        """
        [{"op": "add", "path": "members",
          "value": [{"value": "linus@contoso.test"}, {"value": "barbara@contoso.test"}]}]
        """
      Then the endpoint group "Engineering" lists only "ada@contoso.test, barbara@contoso.test, grace@contoso.test, linus@contoso.test"

    @RFC7644-3.5.2.2-04
    Scenario: A member removed by a filter leaves alone
      When a client patches the group "Engineering":
        """
        [{"op": "remove", "path": "members[value eq \"grace@contoso.test\"]"}]
        """
      Then the endpoint group "Engineering" lists only "ada@contoso.test"

    @RFC7644-3.5.2.2-03
    Scenario: Removing the members as a whole empties the group
      When a client patches the group "Engineering":
        """
        [{"op": "remove", "path": "members"}]
        """
      Then the endpoint group "Engineering" has no members
