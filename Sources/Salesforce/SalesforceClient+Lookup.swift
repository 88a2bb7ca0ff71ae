import Model

extension SalesforceClient {
    /// Finds the Leads and Contacts of a whole batch in one composite, one API call.
    ///
    /// The lists go in the composite's body, so their length matters to no URL. Only what Salesforce can't take at once costs
    /// more calls: lists of together more than some 90,000 characters a question (about a thousand addresses), and answers of
    /// more than 2,000 rows, whose further pages are fetched one by one.
    ///
    /// - Parameter lookup: Whom to look for; nobody costs no request.
    /// - Returns: What each question found, or its own failure.
    /// - Throws: `SalesforceError` when no question could be asked.
    package func lookUp(_ lookup: PersonLookup) async throws(SalesforceError) -> PersonLookupAnswer {
        var answer = PersonLookupAnswer()
        var rest = lookup.queries[...]
        while !rest.isEmpty {
            let queries = rest.prefix(Self.heavyPartsPerComposite)
            rest = rest.dropFirst(queries.count)
            let results: [Result<CompositeAnswer, SalesforceError>]
            do throws(BatchFailure) {
                results = try await composite(queries.map { .query($0.soql) })
            } catch {
                throw error.error
            }
            for (query, result) in zip(queries, results) {
                answer.add(
                    result.map { answer in
                        guard case .rows(let rows) = answer else { return [] }
                        return rows.compactMap { $0.record(query.object) }
                    },
                    to: query.question
                )
            }
        }
        return answer
    }
}
