"""The sandbox answers in the very form of a real org.

Recorded requests are sent to the sandbox again, and what comes back is compared byte for byte, but for ids, versions and
counts. Describes are compared member by member.
"""

import json
import re
import urllib.parse

import recordings
from running_sandbox import ACCESS, MY_DOMAIN, SandboxTest
from simple_salesforce import Salesforce

# What differs from org to org, or what the sandbox has no part of: it lists no layouts and no children.
LEFT_OUT = {"picklistValues", "urls", "fields", "recordTypeInfos", "childRelationships", "supportedScopes"}
# Where the recorded org is not as most are: it has person accounts, and the recording blanks a prefix.
PECULIAR = {("Account.Name", "compoundFieldName"), ("Account.Name", "extraTypeInfo"), ("Lead", "keyPrefix")}


class RecordedShapeTests(SandboxTest):
    def setUp(self):
        self.session = self.sandbox.session()
        self.addCleanup(self.session.close)
        self.org = Salesforce(**ACCESS, domain=MY_DOMAIN, session=self.session, version="59.0")

    def replay(self, exchange):
        """Sends a recorded request again, and returns status and text of the answer."""
        request = exchange["request"]
        path = self.current(urllib.parse.urlsplit(request["uri"])._replace(scheme="", netloc="").geturl())
        body = self.current(request["body"]) if request["body"] else None
        response = self.session.request(
            request["method"],
            f"https://{MY_DOMAIN}.salesforce.com{path}",
            data=body,
            headers={**self.org.headers, "Content-Type": "application/json"},
        )
        return response.status_code, response.text

    def current(self, text):
        return re.sub(r"/services/data/v[x\d]+\.0", "/services/data/v59.0", text)

    def neutral(self, text):
        """A text without what differs from org to org."""
        text = re.sub(r'"(id|Id)" : "\w+"', r'"\1" : "…"', self.current(text))
        text = re.sub(r"(sobjects/\w+)/\w+", r"\1/…", text)
        return re.sub(r'"(totalSize|count)" : \d+', r'"\1" : 0', text)

    def assert_replayed(self, exchanges):
        self.assertTrue(exchanges)
        for exchange in exchanges:
            status, text = self.replay(exchange)
            recorded = exchange["response"]
            self.assertEqual(status, recorded["status"]["code"], text)
            self.assertEqual(self.neutral(text), self.neutral(recorded["body"]["string"]), exchange["request"]["uri"])

    def of(self, name, method, part):
        """The exchanges of a cassette with objects that the sandbox has."""
        return [
            exchange
            for exchange in recordings.cassette(name)
            if exchange["request"]["method"] == method
            and part in exchange["request"]["uri"]
            and "Opportunit" not in exchange["request"]["uri"] + (exchange["request"]["body"] or "")
        ]

    def test_collections_that_insert(self):
        self.assert_replayed(self.of("TestUpsert.test_upsert__rest.yaml", "POST", "/composite/sobjects"))

    def test_collections_that_upsert_by_email(self):
        exchanges = self.of("TestUpsert.test_upsert__rest.yaml", "PATCH", "/composite/sobjects/Contact/Email")
        # The org was emptied between two recordings; here the second request would find what the first made.
        self.assert_replayed(exchanges[:1])

    def test_collections_that_upsert_by_id(self):
        name = "TestUpsert.test_upsert_complex_external_id_field_rest__duplicate_error.yaml"
        self.assert_replayed(self.of(name, "PATCH", "/composite/sobjects/"))

    def test_single_create(self):
        name = "TestUpsert.test_upsert_complex_external_id_field_rest__duplicate_error.yaml"
        self.assert_replayed(self.of(name, "POST", "/sobjects/Account/"))

    def test_query_and_record_count(self):
        self.sandbox.control("POST", "/salesforce/rows/Account", {"Name": "Sitwell-Bluth", "AccountNumber": "q1"})
        for uri in ("query/?q=select+Name+from+Account+where+AccountNumber%3D%27q1%27", "limits/recordCount?sObjects=Account"):
            _, text = self.replay({"request": {"method": "GET", "uri": f"/services/data/vxx.0/{uri}", "body": None}})
            name = "TestUpsert.test_upsert_complex_external_id_field_rest__duplicate_error.yaml"
            part = "AccountNumber%3D" if "query" in uri else "recordCount?sObjects=Account"
            recorded = self.of(name, "GET", part)[0]["response"]["body"]["string"]
            self.assertEqual(self.neutral(text), self.neutral(recorded))

    def test_composite_with_a_part_that_fails(self):
        self.assert_replayed(self.of("TestCompositeParallelSalesforce.test_errors.yaml", "POST", "/composite"))

    def test_composite_with_queries(self):
        exchanges = self.of("TestCompositeParallelSalesforce.test_reference_ids.yaml", "POST", "/composite")
        for exchange in exchanges:
            # That org had no account.
            body = json.loads(exchange["request"]["body"])
            for part in body["compositeRequest"]:
                part["url"] = part["url"].replace("LIMIT 1", "WHERE Name = 'nobody' LIMIT 1")
            exchange["request"]["body"] = json.dumps(body)
        self.assert_replayed(exchanges)

    def test_composite_with_a_query_of_nothing(self):
        self.assert_replayed(self.of("TestCountSObjects.test_count_sobjects__errors.yaml", "POST", "/composite"))

    def assert_described(self, name, ours, recorded):
        """Each member that both have is the same."""
        for member, value in ours.items():
            if member in recorded and member not in LEFT_OUT and (name, member) not in PECULIAR:
                self.assertEqual(value, recorded[member], f"{name}.{member}")

    def test_fields_are_described_as_recorded(self):
        for name in ("Lead", "Contact", "Account"):
            recorded = {field["name"]: field for field in json.loads(recordings.described(name))["fields"]}
            fields = getattr(self.org, name).describe()["fields"]
            members = list(next(iter(recorded.values())))
            known = [field for field in fields if field["name"] in recorded]
            self.assertGreater(len(known), 15, name)
            for field in fields:
                self.assertEqual(list(field), members, f"{name}.{field['name']}")
            for field in known:
                self.assert_described(f"{name}.{field['name']}", field, recorded[field["name"]])

    def test_objects_are_described_as_recorded(self):
        for name in ("Lead", "Contact"):
            recorded = json.loads(recordings.described(name))
            ours = getattr(self.org, name).describe()
            self.assertEqual(list(ours), list(recorded), name)
            self.assert_described(name, ours, recorded)

    def test_global_describe_lists_objects_as_recorded(self):
        text = recordings.cassette("shared_cassettes/GET_sobjects_Global_describe.yaml")[0]["response"]["body"]["string"]
        recorded = json.loads(text)
        ours = self.org.describe()
        self.assertEqual(list(ours), list(recorded))
        known = {each["name"]: each for each in recorded["sobjects"]}
        compared = [each for each in ours["sobjects"] if each["name"] in known]
        self.assertGreater(len(compared), 4)
        for each in compared:
            self.assertEqual(list(each), list(known[each["name"]]), each["name"])
            self.assert_described(each["name"], each, known[each["name"]])
