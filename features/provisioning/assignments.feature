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

    @NEG-36
    Scenario: Searching for a name that nobody bears finds nothing
      When the administrator searches for "zebedee"
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
