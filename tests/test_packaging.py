def test_x(): 
    import scimulate.harness, scimulate.steps
    print(scimulate.__file__)
