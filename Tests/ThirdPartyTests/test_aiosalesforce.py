"""aiosalesforce, a newer client with its own idea of errors and composites, finds its way in the sandbox too."""

import asyncio
import unittest

import httpx
from aiosalesforce import ClientCredentialsFlow, Salesforce
from aiosalesforce import exceptions as refusals
from running_sandbox import ACCESS, Sandbox

KEY = "GetResponse_Contact_ID__c"
LEAD = {"LastName": "Doe", "Company": "Acme"}


class AIOSalesforceTests(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)

    async def asyncSetUp(self):
        # Else it complains of every step that takes a tenth of a second.
        asyncio.get_running_loop().set_debug(False)
        self.http = httpx.AsyncClient(transport=self.sandbox.transport())
        self.addAsyncCleanup(self.http.aclose)
        self.org = self.client(ACCESS["consumer_secret"])

    def client(self, secret):
        return Salesforce(
            self.http,
            base_url="https://acme.my.salesforce.com",
            auth=ClientCredentialsFlow(client_id=ACCESS["consumer_key"], client_secret=secret),
            version="59.0",
            retry_policy=None,
        )

    async def test_wrong_secret_is_refused(self):
        with self.assertRaises(refusals.AuthenticationError) as refusal:
            await self.client("wrong").get_limits()
        self.assertEqual(refusal.exception.error_code, "invalid_client")

    async def test_upsert_tells_created(self):
        first = await self.org.sobject.upsert("Lead", "pV3r", KEY, LEAD)
        second = await self.org.sobject.upsert("Lead", "pV3r", KEY, {"Title": "VP"})
        other = await self.org.sobject.upsert("Lead", "PV3R", KEY, LEAD)
        self.assertEqual([first.created, second.created, other.created], [True, False, True])
        self.assertEqual(first.id, second.id)
        self.assertEqual((await self.org.sobject.get("Lead", "pV3r", KEY))["Title"], "VP")

    async def test_session_that_ended_is_renewed(self):
        await self.org.get_limits()
        self.sandbox.control("DELETE", "/salesforce/tokens")
        limits = await self.org.get_limits()
        self.assertEqual(limits["DailyApiRequests"]["Max"], 15000)

    async def test_query_follows_pages(self):
        contacts = [{"LastName": f"Paged {number}"} for number in range(2050)]
        self.sandbox.control("POST", "/salesforce/rows/Contact", contacts)
        rows = [row async for row in self.org.query("SELECT LastName FROM Contact")]
        self.assertEqual(len(rows), 2050)

    async def test_refusals_become_the_clients_own_errors(self):
        for _ in range(2):
            self.sandbox.control("POST", "/salesforce/rows/Lead", {**LEAD, KEY: "double"})
        with self.assertRaises(refusals.MoreThanOneRecordError):
            await self.org.sobject.upsert("Lead", "double", KEY, {"Title": "VP"})
        with self.assertRaises(refusals.NotFoundError):
            await self.org.sobject.upsert("Lead", "k", "Nonsense__c", LEAD)
        self.sandbox.control("POST", "/salesforce/faults", {"kind": "requestLimitExceeded"})
        with self.assertRaises(refusals.RequestLimitExceededError):
            await self.org.get_limits()
        self.sandbox.control("POST", "/salesforce/faults", {"kind": "serviceUnavailable"})
        with self.assertRaises(refusals.ServerError):
            await self.org.get_limits()
        with self.assertRaises(refusals.SalesforceError) as refusal:
            await self.org.sobject.create("Lead", {"LastName": "Doe"})
        self.assertEqual(refusal.exception.error_code, "REQUIRED_FIELD_MISSING")

    async def test_composite_refers_back(self):
        async with self.org.composite(all_or_none=True) as parts:
            lead = parts.sobject.create("Lead", LEAD)
            task = parts.sobject.create("Task", {"Subject": "Open", "WhoId": str(lead.reference.id)})
            query = parts.query("SELECT COUNT() FROM Campaign")
        self.assertTrue(lead.is_success and task.is_success and query.is_success)
        written = [row for row in self.sandbox.rows("Task") if row["Id"] == task.id]
        self.assertEqual(written[0]["WhoId"], lead.id)

    async def test_collections(self):
        records = [{"attributes": {"type": "Lead"}, KEY: f"batch{number}", **LEAD} for number in range(200)]
        url = f"{self.org.base_url}/services/data/v59.0/composite/sobjects/Lead/{KEY}"
        for created in (True, False):
            response = await self.org.request("PATCH", url, json={"allOrNone": False, "records": records})
            results = response.json()
            self.assertEqual(len(results), 200)
            self.assertTrue(all(result["success"] and result["created"] == created for result in results))
