"""simple-salesforce, the most used client, finds in the sandbox what it expects of Salesforce."""

import json

from running_sandbox import ACCESS, MY_DOMAIN, SandboxTest
from simple_salesforce import Salesforce
from simple_salesforce import exceptions as refusals
from simple_salesforce.login import token_login

KEY = "GetResponse_Contact_ID__c"


class SimpleSalesforceTests(SandboxTest):
    def setUp(self):
        self.session = self.sandbox.session()
        self.addCleanup(self.session.close)
        self.org = Salesforce(**ACCESS, domain=MY_DOMAIN, session=self.session, version="59.0")

    def test_token_comes_from_my_domain_alone(self):
        for host in ("login", "test", "acme.my"):
            url = f"https://{host}.salesforce.com/services/oauth2/token"
            form = {
                "grant_type": "client_credentials",
                "client_id": ACCESS["consumer_key"],
                "client_secret": ACCESS["consumer_secret"],
            }
            if host == "acme.my":
                token, instance = token_login(url, form, host, None, None, None, self.session)
                self.assertTrue(token)
                self.assertTrue(instance.startswith("127.0.0.1"))
            else:
                with self.assertRaisesRegex(
                    refusals.SalesforceAuthenticationFailed, "request not supported on this domain"
                ):
                    token_login(url, form, host, None, None, None, self.session)

    def test_wrong_secret_is_refused(self):
        with self.assertRaisesRegex(refusals.SalesforceAuthenticationFailed, "invalid client credentials"):
            Salesforce(consumer_key=ACCESS["consumer_key"], consumer_secret="x", domain=MY_DOMAIN, session=self.session)

    def test_upsert_creates_then_updates(self):
        body = {"LastName": "O'Brien", "Company": "Acme", "Email": "o'brien@example.com"}
        first = self.org.Lead.upsert(f"{KEY}/a%2Fb", body, raw_response=True, headers={"Sforce-Auto-Assign": "FALSE"})
        self.assertEqual((first.status_code, first.json()["created"]), (201, True))
        second = self.org.Lead.upsert(f"{KEY}/a%2Fb", {"Title": "VP"}, raw_response=True)
        self.assertEqual((second.status_code, second.json()["created"]), (200, False))
        self.assertEqual(first.json()["id"], second.json()["id"])
        self.assertEqual(self.org.Lead.get_by_custom_id(KEY, "a/b")["Title"], "VP")
        self.assertEqual(self.org.Lead.update(first.json()["id"], {"Title": "CEO"}), 204)

    def test_refusals_become_the_clients_own_errors(self):
        with self.assertRaises(refusals.SalesforceMalformedRequest) as refusal:
            self.org.Lead.create({"LastName": "Doe"})
        self.assertEqual(refusal.exception.content[0]["errorCode"], "REQUIRED_FIELD_MISSING")
        with self.assertRaises(refusals.SalesforceResourceNotFound):
            self.org.Lead.upsert("Nonsense__c/k", {"LastName": "Doe"})
        for _ in range(2):
            self.sandbox.control("POST", "/salesforce/rows/Lead", {"LastName": "Doe", KEY: "double"})
        with self.assertRaises(refusals.SalesforceMoreThanOneRecord) as refusal:
            self.org.Lead.upsert(f"{KEY}/double", {"Title": "VP"})
        self.assertEqual(len(refusal.exception.content), 2)
        self.sandbox.control("POST", "/salesforce/faults", {"kind": "requestLimitExceeded"})
        with self.assertRaises(refusals.SalesforceRefusedRequest):
            self.org.query("SELECT Id FROM Lead")

    def test_session_that_ended_is_renewed(self):
        self.sandbox.control("DELETE", "/salesforce/tokens")
        self.assertEqual(self.org.query("SELECT Id FROM Campaign")["totalSize"], 0)

    def test_queries_are_paged(self):
        contacts = [{"LastName": f"Paged {number}"} for number in range(2100)]
        self.sandbox.control("POST", "/salesforce/rows/Contact", contacts)
        soql = "SELECT LastName FROM Contact WHERE LastName LIKE 'Paged %'"
        page = self.org.query(soql)
        self.assertEqual((page["totalSize"], page["done"], len(page["records"])), (2100, False, 2000))
        self.assertEqual(len(self.org.query_all(soql)["records"]), 2100)
        rest = self.org.query_more(page["nextRecordsUrl"], identifier_is_url=True)
        self.assertEqual((rest["done"], len(rest["records"])), (True, 100))

    def test_collections_have_a_result_for_each_record(self):
        records = [
            {"attributes": {"type": "Lead"}, KEY: key, "LastName": "Doe", "Company": "Acme", "Email": email}
            for key, email in [("c1", "c1@example.com"), ("c2", "nonsense"), ("c3", "c3@example.com"), ("c3", None)]
        ]
        results = self.org.restful(
            f"composite/sobjects/Lead/{KEY}",
            method="PATCH",
            data=json.dumps({"allOrNone": False, "records": records}),
        )
        self.assertEqual([result["success"] for result in results], [True, False, False, False])
        self.assertEqual(results[0]["created"], True)
        self.assertEqual(results[1]["errors"][0]["statusCode"], "INVALID_EMAIL_ADDRESS")
        self.assertEqual(results[2]["errors"][0]["message"], "Duplicate external id specified: c3")

    def test_composite_answers_each_part(self):
        parts = [
            {
                "method": "PATCH",
                "url": f"/services/data/v59.0/sobjects/Lead/{KEY}/composite",
                "referenceId": "lead",
                "httpHeaders": {"Sforce-Auto-Assign": "FALSE"},
                "body": {"LastName": "Doe", "Company": "Acme"},
            },
            {
                "method": "GET",
                "url": "/services/data/v59.0/query?q=SELECT+IsConverted+FROM+Lead+WHERE+Id='@{lead.id}'",
                "referenceId": "check",
            },
        ]
        answer = self.org.restful("composite", method="POST", data=json.dumps({"compositeRequest": parts}))
        self.assertEqual([part["httpStatusCode"] for part in answer["compositeResponse"]], [201, 200])
        self.assertEqual(answer["compositeResponse"][1]["body"]["records"][0]["IsConverted"], False)

    def test_describe_tells_keys_and_lengths(self):
        fields = {field["name"]: field for field in self.org.Lead.describe()["fields"]}
        key = fields[KEY]
        self.assertTrue(key["externalId"] and key["unique"] and key["caseSensitive"])
        self.assertEqual((fields["Title"]["length"], fields["LastName"]["nillable"]), (128, False))
        self.sandbox.control(
            "POST", "/salesforce/fields", {"object": "Lead", "field": "Fax", "access": "hidden"}
        )
        self.assertNotIn("Fax", [field["name"] for field in self.org.Lead.describe()["fields"]])
        self.assertIn("Lead", [each["name"] for each in self.org.describe()["sobjects"]])

    def test_limits_and_usage_agree(self):
        limits = self.org.limits()
        usage = self.org.api_usage["api-usage"]
        self.assertEqual(usage.total, limits["DailyApiRequests"]["Max"])
        self.assertEqual(usage.total - usage.used, limits["DailyApiRequests"]["Remaining"])
