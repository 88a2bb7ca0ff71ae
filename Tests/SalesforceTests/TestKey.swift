/// An RSA key that was made for these tests and opens nothing.
enum TestKey {
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC0Th5rELCHVQaZ
        duVL2qC0qyWRdw2EP2f3uJLCqF+0eqVAaSHzgKbkAsQn8NJsrb6srdBuDi2Fu8P+
        4cPeOJgmqhLbZNaAb44QPLL3u+/Rk8DBUVkLhGtLC1vskv6JVnsa3c5U7nnHtMZE
        fFd0iinHGASFtQ6L1YpwACC7GAmA1npTPJv0EuVDJAjY68iBk/aP8jy5WkR4vMy7
        VKMZgrqZbqMsen2nCmzIHRECjfs7Autf0PQ9pA9NiQ8eb9qh0sSaS+3lypIFgIUq
        955XnI84iYPz44hFy6HE+xFwfAyp/mhlqbauiXoTs98TYb2ZnkrWYJiRXia8zVPY
        K1FQ6JAdAgMBAAECggEAASZmZ0Rp+9L9AcmSWNOCJuTYjn715RwKa7gPp5IvWhVW
        LHz/LHBroBSsb5zHms3Y430QUUNh4vJ5o4yJFUfDIKwBBskz3QnZHB1m/tGCDBIn
        LpR4PuyPSqE96tpdKT8V9evoPv5uZGmwwgsQ+7tN3Ok4TioDd7za7y/xBYB3vwyc
        aAul67l/7BVYyOdg4ib3rvLkBrZXfwmBLqZckcYCVggqRSBAN7zCNdQk7iuptI0G
        T4OLWqe1pRoIW01NlgzhY9g7N4iyJDq8Gdo35Qrisf7YGvs73UzUVxSM668zPhUv
        hqQKtf3Npj+Odl4OPiZTuzlKAjtFJ5sEPAzxZaTMwQKBgQDlPb2Nrh1rE3GzO4B1
        DdvEYyjtfD7NTXdkE/O0gyopvKItsB8ZpjKMXSBRYUFr9nuuoVhJ+gJFRWsEqjDc
        akYM2uhyoUc/l/odEET+jUqAou7OSfuudAixyJEam7vfW0Z0G+D8kmslpddJqdsn
        dgP9H+hlwzO03XTsxydUN2KQ5QKBgQDJWg5jLJdguBskd1kVRUPu25e3mL94xjfM
        /9lyyqlXRJtHX92hQSn5x9xv0e5R5IpiYrGz8OnflS0SNfxOOvBGnVLobPzIrK6g
        FtPZz/eTjol/4DSAE3rjyt+NWPa6m5+yQD/v+/TnYhlkdq6iQxnDk4xEP0vkeZNL
        dy8yopbm2QKBgQC5oED5lN/lcJ1FEQ13u30VjWX6x/ziqbPfqfhRV1Sw7zoz3MWS
        M24DEvW0cBhVoAWO5r9jR7rG9Osvn9Bo6vVGO4y2JbpX2GyDVEVKCoclmsnc6TOP
        lA3mSA6XiTucJYDrTBfm7XktxxiJYa1ASuP39/prTKF1901S3gEOxLpfsQKBgDch
        ST8uPmRlBEl/xAxm4qrLxUantAVFgJHIm6kqhCM4zatFPFGinfOeHWUgfbg+cwVt
        MGqsU9y745NQ5LwmtxMekEzDSpNHdKiwl2DT6F2mcU9p+/X1X3hvW7Y/3Y5Kffc4
        UElNG0kfOwSe2kHjTXKXO5iUHBt6jjHjeDDNA7RBAoGALF67kWZydSZZcG8c+ADg
        vP1hL/ahQeJlaDMMexofuOOlyKOeYT+gsuHXZBmEfTuF49h6JmfJKVyeZ+oAiocL
        qs0IXm72oBPWDSpaEMLnIsh4mMbpsWDdaReTNvb+Zz8pTx09gQ2vs2Fco+B3b9H0
        ogJUjd0oISVh7bvZjO9ALvQ=
        -----END PRIVATE KEY-----
        """

    /// What this key says for the claims in `JWTAssertionTests`, signed by `openssl dgst -sha256 -sign` and not by our code.
    static let assertion =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
        + "eyJhdWQiOiJodHRwczovL2xvZ2luLnNhbGVzZm9yY2UuY29tIiwiZXhwIjoxNzc2NzYzMDgwLCJpc3Mi"
        + "OiIzTVZHOS1jb25zdW1lci1rZXkiLCJzdWIiOiJyZWxheUBleGFtcGxlLmNvbSJ9."
        + "dRLOWXXB0NiOOAZ6ea3hJPfiNAIjcOqf9xnVTnuGzgHjEMqOPuff3IFkUqkR6Lr1SrSZvYGf6i_MYU1ccS1HMPlBfe"
        + "AI9fGlcpTMm7Di7DqHt1sJiSCroMdjfWE-jq9T5UpqKFfROjyvl1IKTpPvvcO-fbhxN6PSj_SaQZS5DypBwFqNDzJ_"
        + "ekt7JSDUfGPI8858d9exR6Qw_1sJ2yB6SS3smkjcfpSd4U0BG_caFg5oX5fP6E4SMxaN022TqKb0WYbv3_W_rP-ZSY"
        + "JYBWr8XRWgxk7K-k2c_noUI4nSdwQ3ZgTWAEMrOAxGjOoANpJGgGW7gfRMbVXHWLe-1fVyfQ"
}
