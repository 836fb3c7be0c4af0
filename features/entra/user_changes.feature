@entra
Feature: What Entra ID sends when a user changes
  A default job speaks the legacy PATCH dialect, a Tenant URL with the flag the compliant
  one. An endpoint has to carry out both, and nothing beside what was asked.

  @ENTRA-122 @ENTRA-090 @ENTRA-632
  Rule: A changed attribute is sent as one operation, and nothing else changes

    @policy-entra
    Scenario Outline: A new job title, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And Ada and Grace were provisioned
      And the job title of Ada becomes "Countess"
      When a provisioning cycle ends
      Then the endpoint received these requests after the probe:
        | method | path        |
        | GET    | /Users/{id} |
        | PATCH  | /Users/{id} |
      And only "title" of "ada@contoso.test" has changed, to "Countess"
      And "grace@contoso.test" is unchanged

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

    @ENTRA-130 @ENTRA-126 @policy-entra
    Scenario Outline: A mobile number where there was none, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And these people exist in the directory:
        | name | phone         |
        | Ada  | +441632960009 |
      And Ada and Grace were provisioned
      And the mobile number of Ada becomes "+441632960002"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                            | value            |
        | phoneNumbers[type eq "mobile"].value | +441632960002    |
        | phoneNumbers[type eq "work"].value   | +441632960009    |
        | emails[type eq "work"].value         | ada@contoso.test |
      And "grace@contoso.test" is unchanged

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

    Scenario Outline: A new surname leaves the given name, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And these people exist in the directory:
        | name | surname  |
        | Ada  | Lovelace |
      And Ada and Grace were provisioned
      And the surname of Ada becomes "King"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute       | value |
        | name.familyName | King  |
        | name.givenName  | Ada   |
      And "grace@contoso.test" is unchanged

      @ENTRA-122
      Examples: The default job
        | dialect |
        | legacy  |

      @ENTRA-133
      Examples: With the flag
        | dialect   |
        | compliant |

    @ENTRA-089
    Scenario: A surname that changes in letter case alone
      Given Entra ID is connected to the endpoint
      And these people exist in the directory:
        | name | surname  |
        | Ada  | lovelace |
      And Ada was provisioned
      And the surname of Ada becomes "Lovelace"
      When a provisioning cycle ends
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute       | value    |
        | name.familyName | Lovelace |

    @ENTRA-088 @renames-users
    Scenario Outline: A new user name under the same id, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And Ada and Grace were provisioned
      And the user name of Ada becomes "countess@contoso.test"
      When a provisioning cycle ends
      Then "ada@contoso.test" is now "countess@contoso.test"
      And "grace@contoso.test" is unchanged

      Examples:
        | dialect   |
        | legacy    |
        | compliant |

    Scenario Outline: Several attributes in one request of the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And these people exist in the directory:
        | name | surname  | department |
        | Ada  | Lovelace | Analysis   |
      And Ada and Grace were provisioned
      And the surname of Ada becomes "King"
      And the department of Ada becomes "Engines"
      And the mail of Ada becomes "ada.king@contoso.test"
      When a provisioning cycle ends
      Then the endpoint received these requests after the probe:
        | method | path        |
        | GET    | /Users/{id} |
        | PATCH  | /Users/{id} |
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value                 |
        | name.familyName                                                       | King                  |
        | name.givenName                                                        | Ada                   |
        | emails[type eq "work"].value                                          | ada.king@contoso.test |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Engines               |
      And "grace@contoso.test" is unchanged

      @ENTRA-123
      Examples: The default job
        | dialect |
        | legacy  |

      @ENTRA-133 @ENTRA-134 @ENTRA-652
      Examples: With the flag
        | dialect   |
        | compliant |

    @ENTRA-096
    Scenario: An emptied attribute is not sent
      Given Entra ID is connected to the endpoint in the legacy dialect
      And Ada and Grace were provisioned
      And the job title of Ada becomes ""
      When a provisioning cycle ends
      Then no request of the provisioning service changed anything
      And "ada@contoso.test" is unchanged

  @ENTRA-501 @ENTRA-138 @ENTRA-251 @ENTRA-633 @NEG-24
  Rule: Who leaves is disabled and stays visible

    Scenario Outline: A user who is <event> is disabled, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And Ada and Grace were provisioned
      And Ada is <event>
      When a provisioning cycle ends
      Then only "active" of "ada@contoso.test" has changed, to "false"
      And "grace@contoso.test" is unchanged
      And the provisioning log shows "disable" with "success" for Ada

      Examples:
        | event           | dialect   |
        | unassigned      | legacy    |
        | unassigned      | compliant |
        | blocked         | legacy    |

      @IVANTI-057
      Examples: In the recycle bin of the directory
        | event           | dialect   |
        | deleted softly  | legacy    |

  @ENTRA-144 @ENTRA-634 @NEG-51
  Rule: Who comes back is enabled under the same id

    Scenario Outline: A user who was <event> comes back, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And Ada and Grace were provisioned
      And Ada was <event> for one cycle
      When a provisioning cycle ends
      Then the endpoint has one active user "ada@contoso.test"
      And "ada@contoso.test" has the id it had
      And "grace@contoso.test" is unchanged

      Examples:
        | event          | dialect   |
        | unassigned     | legacy    |
        | unassigned     | compliant |
        | deleted softly | legacy    |

  @ENTRA-142 @ENTRA-146 @ENTRA-635
  Rule: Who is deleted for good is deleted

    Scenario: A user deleted for good is gone
      Given Entra ID is connected to the endpoint in the legacy dialect
      And Ada and Grace were provisioned
      And Ada is deleted for good
      When a provisioning cycle ends
      Then the endpoint received these requests after the probe:
        | method | path        |
        | DELETE | /Users/{id} |
      And the endpoint has no user "ada@contoso.test"
      And "grace@contoso.test" is unchanged

    Scenario: Who is gone at the endpoint already counts as deleted
      Given Entra ID is connected to the endpoint
      And Ada and Grace were provisioned
      And a client deleted the user "ada@contoso.test"
      And Ada is deleted for good
      When a provisioning cycle ends
      Then the provisioning status shows 1 user
      And the last cycle is shown as "Succeeded": 0 created, 0 failed, 0 skipped

    @ENTRA-143
    Scenario: Who was unassigned before stays as she is, disabled
      Given Entra ID is connected to the endpoint
      And Ada and Grace were provisioned
      And Ada is unassigned
      And a provisioning cycle has ended
      And Ada is deleted for good
      When a provisioning cycle ends
      Then the endpoint received only the probe
      And the endpoint has one inactive user "ada@contoso.test"

  @ENTRA-191 @ENTRA-190 @ENTRA-637
  Rule: A manager is written as a reference once both users exist

    Scenario: A manager who arrives in the same first cycle, after her report
      Given Entra ID is connected to the endpoint
      And Ada exists in the directory
      And the manager of Ada becomes Grace
      And Ada is assigned to the application
      And Grace is assigned to the application
      When provisioning is started
      Then the manager of "ada@contoso.test" at the endpoint is "grace@contoso.test"

    Scenario Outline: A manager is set, in the <dialect> dialect
      Given Entra ID is connected to the endpoint in the <dialect> dialect
      And Ada and Grace were provisioned
      And the manager of Ada becomes Grace
      When a provisioning cycle ends
      Then the manager of "ada@contoso.test" at the endpoint is "grace@contoso.test"
      And "grace@contoso.test" is unchanged

      Examples:
        | dialect   |
        | legacy    |
        | compliant |
