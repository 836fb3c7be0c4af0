@entra
Feature: The attribute mapping
  The administrator of Entra ID decides which attributes are sent: what the MDM does not
  support is deleted, what it needs is added. A new user brings the mapped values alone.

  Background:
    Given Entra ID is connected to the endpoint

  @IVANTI-026
  Rule: What is not mapped is not sent

    Scenario: After the deletion of unsupported attributes the user arrives without them
      Given these people exist in the directory:
        | name | given name | surname  | job title     | department | mobile        |
        | Ada  | Ada        | Lovelace | Mathematician | Analysis   | +441632960001 |
      And the mappings of these attributes were deleted:
        | target                               |
        | title                                |
        | phoneNumbers[type eq "mobile"].value |
      And Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And no request of the provisioning service carried any of these:
        | target                               |
        | title                                |
        | phoneNumbers[type eq "mobile"].value |
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value    |
        | name.familyName                                                       | Lovelace |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Analysis |

    @IVANTI-051
    Scenario: An attribute whose mapping is deleted keeps its last value
      Given these people exist in the directory:
        | name | job title     | department |
        | Ada  | Mathematician | Analysis   |
      And Ada was provisioned
      And the mapping of "title" was deleted
      And the job title of Ada becomes "Countess"
      And the department of Ada becomes "Engines"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value         |
        | title                                                                 | Mathematician |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Engines       |

  @IVANTI-038
  Rule: What is newly mapped is sent for everybody with the next cycle

    @policy-entra
    Scenario: A user who has not changed gets the attribute that is mapped again
      Given these people exist in the directory:
        | name | job title     |
        | Ada  | Mathematician |
      And the mapping of "title" was deleted
      And Ada and Grace were provisioned
      And "jobTitle" was mapped to "title"
      When a provisioning cycle ends
      Then only "title" of "ada@contoso.test" has changed, to "Mathematician"
      And "grace@contoso.test" is unchanged

  @IVANTI-039 @mock-only
  Rule: A source and a target are each mapped once only

    Scenario Outline: Mapping <source> to <target> is answered "<answer>"
      When the administrator maps "<source>" to "<target>"
      Then Entra ID answers "<answer>"

      Examples:
        | source      | target   | answer        |
        | companyName | nickName | accepted      |
        | companyName | title    | target_mapped |
        | jobTitle    | nickName | source_mapped |

    Scenario: After the deletion of a row its source and target are free
      Given the mapping of "title" was deleted
      When the administrator maps "jobTitle" to "title"
      Then Entra ID answers "accepted"

  @IVANTI-038 @mock-only
  Rule: The matching attribute stays, and only listed attributes can be mapped

    Scenario Outline: Deleting the mapping of <target> is answered "<answer>"
      When the administrator deletes the mapping of "<target>"
      Then Entra ID answers "<answer>"

      Examples:
        | target   | answer            |
        | title    | accepted          |
        | userName | matching_needed   |
        | nickName | target_not_mapped |

    Scenario: An attribute that is not in the attribute list cannot be mapped
      When the administrator maps "companyName" to "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User:site"
      Then Entra ID answers "target_not_listed"
