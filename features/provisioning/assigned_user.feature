@entra
Feature: Provisioning an assigned user
  Assigning a user to the application is what provisions her: with the next cycle she is
  matched or created, kept up to date, and disabled when the assignment ends.

  Background:
    Given Entra ID is connected to the endpoint

  @smoke
  Rule: An assigned user arrives with her attributes

    @SEED-039 @SEED-044 @SEED-047 @SEED-049 @ENTRA-629 @IVANTI-030
    Scenario: The user is looked up, created and found
      Given these people exist in the directory:
        | name | given name | surname  | mail             | job title       | department | mobile        |
        | Ada  | Ada        | Lovelace | ada@contoso.test | Mathematician   | Analysis   | +441632960001 |
      And Ada is assigned to the application
      When provisioning is started
      Then the endpoint received these requests after the probe:
        | method | path   | filter                          |
        | GET    | /Users | userName eq "ada@contoso.test"  |
        | POST   | /Users |                                 |
      And the endpoint has one active user "ada@contoso.test"
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                                                              | value            |
        | userName                                                               | ada@contoso.test |
        | displayName                                                            | Ada              |
        | name.givenName                                                         | Ada              |
        | name.familyName                                                        | Lovelace         |
        | emails[type eq "work"].value                                           | ada@contoso.test |
        | phoneNumbers[type eq "mobile"].value                                   | +441632960001    |
        | title                                                                  | Mathematician    |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department  | Analysis         |
      And the external id of "ada@contoso.test" is the mail nickname of Ada

    @SEED-002 @NEG-25
    Scenario: A user who is not assigned is never mentioned
      Given Ada is assigned to the application
      And Grace exists in the directory
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And no request of the provisioning service named "grace@contoso.test"

    @NEG-36 @SEED-044
    Scenario: A user assigned twice is provisioned once
      Given Ada is assigned to the application
      And Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"

    @NEG-22 @ENTRA-101 @IVANTI-043
    Scenario: A user who is disabled in the directory is skipped
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the account of Grace is disabled
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And the provisioning log shows "other" with "skipped" for Grace

    @SEED-001
    Scenario: Everything travels as requests to Users and Groups
      Given these groups exist in the directory:
        | group       | members |
        | Engineering | Ada     |
      And "Engineering" is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And everything was said to Users and Groups

    @SEED-005
    Scenario: The locations that the endpoint gives keep the path of the Tenant URL
      Given Ada is assigned to the application
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the location of "ada@contoso.test" lies below the Tenant URL

    @NEG-42
    Scenario Outline: The surname <surname> arrives as it is written
      Given Ada is assigned to the application
      And the surname of Ada becomes "<surname>"
      When provisioning is started
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute       | value     |
        | name.familyName | <surname> |

      Examples:
        | surname             |
        | O'Connor            |
        | Łuksza-Żak          |
        | 山田                |
        | Lovelace 🚀         |
        | King, "the younger" |

  @NEG-42 @ENTRA-106
  Rule: User names that differ only in letter case are one user

    Scenario: A user whose name is written in capitals at the endpoint is matched
      Given a client created the users "ADA@CONTOSO.TEST"
      And Ada is assigned to the application
      When provisioning is started
      Then no user was created
      And the endpoint has one active user "ada@contoso.test"

  @IVANTI-026
  Rule: The full name is put together from first and last name

    @policy-entra
    Scenario: The full name is not the name that is displayed
      Given these people exist in the directory:
        | name | given name | surname |
        | Ada  | Augusta    | King    |
      And Ada is assigned to the application
      When provisioning is started
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute      | value        |
        | displayName    | Ada          |
        | name.formatted | Augusta King |

  @IVANTI-040 @IVANTI-096 @NEG-21 @policy-ivanti-r119
  Rule: A user without an e-mail address is not provisioned, and the log says why

    Background:
      Given Ada is assigned to the application
      And Grace is assigned to the application
      And the mail of Grace becomes ""

    Scenario: The user with an address arrives and the one without does not
      When provisioning is started
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
      And the provisioning log shows "create" with "failure" for Grace
      And the provisioning log names "emails" as the reason for Grace

    @SEED-048 @IVANTI-053 @mock-only
    Scenario: The cycle is shown as partly failed
      When provisioning is started
      Then the last cycle is shown as "Partly failed": 1 created, 1 failed, 0 skipped
      And the provisioning status shows 1 user

    @IVANTI-053
    Scenario: The next cycle tries the failed user again and nobody else
      Given provisioning was started
      And the endpoint refused Grace for want of an address
      And the mail of Grace becomes "grace@contoso.test"
      When a provisioning cycle ends
      Then the endpoint received these requests after the probe:
        | method | path   | filter                           |
        | GET    | /Users | userName eq "grace@contoso.test" |
        | POST   | /Users |                                  |
      And the endpoint has one active user "grace@contoso.test"

    @NEG-38
    Scenario Outline: Who fails again and again is tried ever more seldom, but once a day
      Given provisioning was started
      And the endpoint refused Grace for want of an address
      When <time> pass
      Then Entra ID has tried <attempts> times to provision Grace

      Examples:
        | time         | attempts |
        | 7200 seconds | 3        |
        | 1 day        | 6        |
        | 3 days       | 8        |

    @IVANTI-053
    Scenario: After a restart who had failed is tried again with the next interval
      Given provisioning was started
      And the endpoint refused Grace for want of an address
      And a provisioning cycle has ended
      And provisioning was restarted
      When a provisioning cycle ends
      Then Entra ID has tried 4 times to provision Grace

  Rule: What has arrived is not sent again

    @SEED-008 @ENTRA-644
    Scenario: A cycle without changes sends the probe alone
      Given Ada was provisioned
      When a provisioning cycle ends
      Then the endpoint received only the probe

    @ENTRA-630 @ENTRA-089
    Scenario: A user who is there already is matched and not written
      Given Ada was provisioned
      And Ada is assigned to a second application of the same endpoint
      When a provisioning cycle ends
      Then the endpoint received these requests after the probe:
        | method | path   | filter                         |
        | GET    | /Users | userName eq "ada@contoso.test" |
      And the endpoint has one active user "ada@contoso.test"

    @ENTRA-646
    Scenario: A job that forgot its links matches everybody again and writes nothing
      Given Ada was provisioned
      And the application has forgotten its links
      When provisioning is restarted
      Then the endpoint received these requests after the probe:
        | method | path   | filter                         |
        | GET    | /Users | userName eq "ada@contoso.test" |
      And "ada@contoso.test" is unchanged
