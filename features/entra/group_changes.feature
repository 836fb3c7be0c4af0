@entra @groups
Feature: What Entra ID sends when a group changes
  Members are added and removed one PATCH at a time, in two dialects. A removal that
  empties the group, or does nothing, is the commonest silent fault of real endpoints.

  @ENTRA-175 @ENTRA-640
  Rule: An added member joins those who are there

    Scenario Outline: A member joins, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And "Engineering" with Ada and Grace was provisioned
      And Linus has joined "Engineering"
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test, grace@contoso.test, linus@contoso.test"

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

  @ENTRA-153 @ENTRA-187 @ENTRA-641 @ENTRA-653
  Rule: A removed member leaves, and the others stay

    Scenario Outline: A member leaves, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And "Engineering" with Ada and Grace was provisioned
      And Grace has left "Engineering"
      When a provisioning cycle ends
      Then the endpoint group "Engineering" lists only "ada@contoso.test"
      And the endpoint has one inactive user "grace@contoso.test"
      And "ada@contoso.test" is unchanged

      Examples: The default job
        | dialect |
        | legacy  |

      @RFC7644-3.5.2.2-04
      Examples: With the flag
        | dialect   |
        | compliant |

  @ENTRA-171 @ENTRA-642 @NEG-46
  Rule: A renamed group keeps its id and its members

    Scenario Outline: A group is renamed, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And "Engineering" with Ada and Grace was provisioned
      And "Engineering" is renamed to "Research"
      When a provisioning cycle ends
      Then the endpoint group "Research" lists only "ada@contoso.test, grace@contoso.test"
      And "Research" has the id that "Engineering" had
      And the endpoint has no group "Engineering"

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

  @NEG-49 @ENTRA-257
  Rule: A group deleted in the directory is deleted at the endpoint

    Scenario: The group is gone, and only who was in scope through it is disabled
      Given Entra ID is connected to the endpoint in the legacy dialect
      And "Engineering" with Ada and Grace was provisioned
      And Ada is assigned to the application
      And "Engineering" is deleted from the directory
      When a provisioning cycle ends
      Then the endpoint has no group "Engineering"
      And the endpoint has one active user "ada@contoso.test"
      And the endpoint has one inactive user "grace@contoso.test"

  @ENTRA-173 @ENTRA-174 @ENTRA-643 @ENTRA-257
  Rule: An unassigned group is deleted

    Scenario: The group is gone and its members are disabled
      Given Entra ID is connected to the endpoint in the legacy dialect
      And "Engineering" with Ada and Grace was provisioned
      And "Engineering" is no longer assigned
      When a provisioning cycle ends
      Then the endpoint has no group "Engineering"
      And the endpoint has one inactive user "ada@contoso.test"
      And the endpoint has one inactive user "grace@contoso.test"
