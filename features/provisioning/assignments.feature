@entra @mock-only
Feature: Users and groups of the application
  The administrator of Entra ID searches for a user or a group, selects it and assigns it.
  What is assigned is listed, and is what a cycle provisions.

  Background:
    Given these groups exist in the directory:
      | group       | members |
      | Engineering | Ada     |
      | Research    | Grace   |

  @SEED-041 @SEED-042 @SEED-043 @SEED-056 @SEED-057 @SEED-058
  Rule: The search finds users and groups by the beginning of their name

    Scenario Outline: Searching for "<text>" finds <found>
      When the administrator searches for "<text>"
      Then the search finds "<found>"

      Examples:
        | text | found       |
        | ad   | Ada         |
        | GRA  | Grace       |
        | eng  | Engineering |

    Scenario: A user is found by the beginning of her user name as well
      Given the user name of Ada becomes "countess@contoso.test"
      When the administrator searches for "counte"
      Then the search finds "Ada"

    @NEG-36
    Scenario Outline: Searching for <what> finds nothing
      When the administrator searches for "<text>"
      Then the search finds nobody

      Examples:
        | what                        | text    |
        | a name that nobody bears    | zebedee |
        | what stands amid a name     | race    |
        | the domain of the user name | contoso |

    Scenario: A user who was deleted is not found
      Given Ada is deleted softly
      When the administrator searches for "ad"
      Then the search finds nobody

  @SEED-044 @SEED-045 @SEED-059 @SEED-060
  Rule: What is assigned is listed once

    Scenario: A user and a group are listed with their type
      Given Ada is assigned to the application
      When the administrator assigns "Engineering"
      Then Users and groups lists:
        | name        | type  |
        | Ada         | User  |
        | Engineering | Group |

    @NEG-36
    Scenario: Assigning once more adds no row
      Given Ada is assigned to the application
      When the administrator assigns "Ada"
      Then Users and groups lists:
        | name | type |
        | Ada  | User |

  @SEED-042 @SEED-043 @SEED-057 @NEG-36
  Rule: Nothing is assigned before Assign is pressed

    Scenario: A search without a hit leaves nothing to select
      When the administrator looks for "zebedee" on the page Add Assignment
      Then neither Select nor Assign can be pressed

    Scenario: A selection that is cancelled assigns nobody
      When the administrator selects "Ada" on the page Add Assignment and cancels
      Then nobody is assigned to the application

    @SEED-044 @SEED-045 @SEED-059
    Scenario: What was selected is assigned and listed
      When the administrator selects "Ada, Engineering" on the page Add Assignment and assigns
      Then Users and groups lists:
        | name        | type  |
        | Ada         | User  |
        | Engineering | Group |

    Scenario: Assign without a selection is refused
      When the administrator assigns on the page Add Assignment without a selection
      Then Entra ID says why: "nobody_selected"
      And nobody is assigned to the application

  @SEED-058
  Rule: Groups of one name are told apart

    Scenario: Both groups are found, each with its object id
      Given "Engineering" and "Research" have the same name in the directory
      When the administrator looks for "eng" on the page Add Assignment
      Then the page tells "Engineering" and "Research" apart by their object ids

  @NEG-35 @IVANTI-060 @SEED-055 @SEED-056
  Rule: Groups can be assigned with the plans P1 and P2

    Scenario Outline: With the plan <plan> a group is assigned
      Given the plan of the Entra tenant is <plan>
      When the administrator selects "Engineering" on the page Add Assignment and assigns
      Then Users and groups lists:
        | name        | type  |
        | Engineering | Group |

      Examples:
        | plan |
        | P1   |
        | P2   |

    Scenario: Without it the group is refused and the plan is named
      Given the plan of the Entra tenant is free
      When the administrator selects "Engineering" on the page Add Assignment and assigns
      Then Entra ID says why: "plan_needed"
      And nobody is assigned to the application

    Scenario: Users can be assigned without it
      Given the plan of the Entra tenant is free
      When the administrator selects "Ada" on the page Add Assignment and assigns
      Then Users and groups lists:
        | name | type |
        | Ada  | User |

  @SEED-046 @SEED-061
  Rule: Whoever is assigned is provisioned, whatever row is ticked

    Scenario: An assigned user whose row is not ticked arrives as well
      Given Entra ID is connected to the endpoint
      And Ada is assigned to the application
      And Grace is assigned to the application
      When the administrator ticks the row of "Ada" and starts provisioning
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has one active user "grace@contoso.test"

    Scenario: A ticked user who is not assigned does not arrive
      Given Entra ID is connected to the endpoint
      And Ada is assigned to the application
      When the administrator ticks the row of "Grace" and starts provisioning
      Then the endpoint has one active user "ada@contoso.test"
      And the endpoint has no user "grace@contoso.test"
