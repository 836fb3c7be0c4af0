@protocol
Feature: Users over SCIM
  What Entra ID needs of the Users endpoint, asked directly. Every write is read back
  by id and by filter.

  @smoke
  Rule: A created user is returned, located and found again

    @RFC7644-3.3-09 @RFC7644-3.3-11 @RFC7644-3.3-12 @ENTRA-117 @ENTRA-497 @ENTRA-506
    Scenario: A created user comes back as it was sent
      When a client creates the user:
        """
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
         "userName": "ada@contoso.test", "externalId": "ada@contoso.test", "active": true,
         "displayName": "Ada Lovelace",
         "name": {"givenName": "Ada", "familyName": "Lovelace"},
         "emails": [{"value": "ada@contoso.test", "type": "work", "primary": true}]}
        """
      Then the answer is 201 with an id and a location
      And the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value            |
        | displayName                  | Ada Lovelace     |
        | name.givenName               | Ada              |
        | name.familyName              | Lovelace         |
        | emails[type eq "work"].value | ada@contoso.test |
        | externalId                   | ada@contoso.test |
      And the endpoint has one active user "ada@contoso.test"

    @NEG-42 @ENTRA-506
    Scenario Outline: A user named <display name> keeps her name and is found
      When a client creates the user "<user name>" named "<display name>"
      Then the endpoint has one active user "<user name>"
      And the user "<user name>" at the endpoint has:
        | attribute   | value          |
        | displayName | <display name> |

      Examples:
        | user name               | display name      |
        | o'brien@contoso.test    | Conan O'Brien     |
        | ada+test@contoso.test   | Ada "Tally" Byron |
        | mueller@contoso.test    | Jürgen Müller     |
        | yamada@contoso.test     | 山田 太郎         |
        | backslash@contoso.test  | Back\Slash        |

  Rule: A look-up by user name finds one user or none

    @RFC7644-3.4.2-11 @RFC7644-3.4.2-12 @RFC7644-3.4.2-05 @RFC7644-3.4.2-06 @ENTRA-513 @ENTRA-105 @smoke
    Scenario: A look-up of a user who does not exist is an empty list
      When a client looks up the user "nobody@contoso.test"
      Then the answer is a list of 0 resources

    @RFC7644-3.4.2.2-03 @ENTRA-498
    Scenario: A look-up finds the user asked for and nobody else
      Given a client created the users "ada@contoso.test, ada@contoso.test.au, clara.ada@contoso.test"
      When a client looks up the user "ada@contoso.test"
      Then the answer is a list with only "ada@contoso.test"

    @RFC7644-3.4.2.2-03
    Scenario Outline: A look-up takes <character> for a character like any other
      Given a client created the users "ada@contoso.test"
      When a client looks up the user "<pattern>"
      Then the answer is a list of 0 resources

      Examples:
        | character | pattern           |
        | *         | ad*@contoso.test  |
        | %         | ad%@contoso.test  |

    @RFC7644-3.4.2.2-71 @ENTRA-107
    Scenario: Letter case does not matter in a user name
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client looks up the user "ADA@CONTOSO.TEST"
      Then the answer is a list with only "ada@contoso.test"

  Rule: A user name belongs to one user

    @RFC7644-3.3-14 @RFC7644-3.3-15 @RFC7644-3.12-01 @RFC7644-3.12-03
    Scenario: A second user of the same name is refused
      Given a client created the users "ada@contoso.test"
      When a client creates the user "ada@contoso.test" named "Ada the Second"
      Then the answer is the error 409 "uniqueness"
      And the endpoint has one active user "ada@contoso.test"
      And "ada@contoso.test" is unchanged

    @NEG-42
    Scenario: A second user whose name differs in letter case alone is refused
      Given a client created the users "ada@contoso.test"
      When a client creates the user "ADA@CONTOSO.TEST" named "Ada the Second"
      Then the answer is the error 409 "uniqueness"
      And the endpoint has one active user "ada@contoso.test"
      And "ada@contoso.test" is unchanged

  Rule: A deleted user is gone

    @RFC7644-3.6-01 @RFC7644-3.6-02 @RFC7644-3.6-04
    Scenario: A deleted user is found neither by id nor by filter
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client deletes the user "ada@contoso.test"
      Then the answer is 204
      And the endpoint has no user "ada@contoso.test"
      And "grace@contoso.test" is unchanged

    @RFC7644-3.6-03
    Scenario: Deleting a user twice answers 404
      Given a client created the users "ada@contoso.test"
      And a client deleted the user "ada@contoso.test"
      When a client deletes the user "ada@contoso.test"
      Then the answer is the error 404

    @RFC7644-3.6-03
    Scenario: Changing a deleted user answers 404
      Given a client created the users "ada@contoso.test"
      And a client deleted the user "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "displayName", "value": "Changed"}]
        """
      Then the answer is the error 404

  Rule: A PATCH is carried out whole or not at all

    @RFC7644-3.5.2-28 @RFC7644-3.5.2-30
    Scenario: A PATCH whose second operation is impossible changes nothing
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "displayName", "value": "Changed"},
         {"op": "replace", "path": "active", "value": {"not": "a boolean"}}]
        """
      Then the answer is an error of the client's making
      And "ada@contoso.test" is unchanged

  Rule: A PATCH changes what it names and nothing beside it

    @RFC7644-3.5.2-31 @ENTRA-065
    Scenario: A change that is made is answered 200 with the user, or 204
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "displayName", "value": "Countess"}]
        """
      Then the answer is 200 with the user "ada@contoso.test", or 204
      And only "displayName" of "ada@contoso.test" has changed, to "Countess"
      And "grace@contoso.test" is unchanged

    @RFC7644-3.5.2.3-11 @ENTRA-128
    Scenario: A value filter changes that value and leaves its siblings
      Given a client created the user "ada@contoso.test" with a home e-mail
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "countess@contoso.test"}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                      | value                 |
        | emails[type eq "work"].value   | countess@contoso.test |
        | emails[type eq "work"].primary | true                  |
        | emails[type eq "home"].value   | home@contoso.test     |

    @RFC7644-3.5.2.1-07
    Scenario: An added e-mail joins those that are there
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "add", "path": "emails", "value": [{"type": "home", "value": "home@contoso.test"}]}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                    | value             |
        | emails[type eq "work"].value | ada@contoso.test  |
        | emails[type eq "home"].value | home@contoso.test |

    @RFC7644-3.5.2.3-13
    Scenario: A new surname leaves the given name
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "name.familyName", "value": "King"}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute       | value |
        | name.familyName | King  |
        | name.givenName  | Ada   |

    @RFC7644-3.5.2.3-20 @ENTRA-127
    Scenario: An attribute of the enterprise extension is reached by its URN
      Given a client created the users "ada@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
          "value": "Engines"}]
        """
      Then the user "ada@contoso.test" at the endpoint has:
        | attribute                                                             | value   |
        | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department | Engines |
        | displayName                                                           | Ada     |

    @RFC7644-3.5.2.2-02
    Scenario: A removed attribute is gone
      Given a client created the user "ada@contoso.test" with a job title
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "remove", "path": "title"}]
        """
      Then "title" of "ada@contoso.test" is gone, and nothing else

    @RFC7644-3.5.2-34
    Scenario: A user name that somebody has is refused
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "grace@contoso.test":
        """
        [{"op": "replace", "path": "userName", "value": "ada@contoso.test"}]
        """
      Then "ada@contoso.test" is unchanged
      And "grace@contoso.test" is unchanged
      And the answer is an error of the client's making

  @ENTRA-507 @ENTRA-121 @ENTRA-125 @ENTRA-148 @ENTRA-149
  Rule: The legacy dialect is understood

    Scenario Outline: <op> of active with <value> disables the user
      Given a client created the users "ada@contoso.test, grace@contoso.test"
      When a client patches the user "ada@contoso.test":
        """
        [{"op": "<op>", "path": "active", "value": <value>}]
        """
      Then only "active" of "ada@contoso.test" has changed, to "false"
      And "grace@contoso.test" is unchanged

      Examples:
        | op      | value   |
        | Replace | "False" |
        | replace | false   |
