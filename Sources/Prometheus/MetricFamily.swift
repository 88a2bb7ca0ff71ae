/// The series of one name, which are all of one kind.
enum MetricFamily: Sendable {
    case counters([LabelSet: CounterSeries])
    case gauges([LabelSet: GaugeSeries])
    case histograms([LabelSet: HistogramSeries])

    var isEmpty: Bool {
        switch self {
        case .counters(let series): series.isEmpty
        case .gauges(let series): series.isEmpty
        case .histograms(let series): series.isEmpty
        }
    }

    /// The counter with these labels, made where there is none; one that is shown nowhere if the name is of another kind.
    mutating func counter(_ labels: LabelSet) -> CounterSeries {
        guard case .counters(var series) = self else { return CounterSeries() }
        if let known = series[labels] { return known }
        let made = CounterSeries()
        series[labels] = made
        self = .counters(series)
        return made
    }

    /// As `counter(_:)`, for a gauge.
    mutating func gauge(_ labels: LabelSet) -> GaugeSeries {
        guard case .gauges(var series) = self else { return GaugeSeries() }
        if let known = series[labels] { return known }
        let made = GaugeSeries()
        series[labels] = made
        self = .gauges(series)
        return made
    }

    /// As `counter(_:)`, for a histogram.
    mutating func histogram(_ labels: LabelSet, bounds: [Double]) -> HistogramSeries {
        guard case .histograms(var series) = self else { return HistogramSeries(bounds: bounds) }
        if let known = series[labels] { return known }
        let made = HistogramSeries(bounds: bounds)
        series[labels] = made
        self = .histograms(series)
        return made
    }

    func removing(_ handler: AnyObject) -> MetricFamily {
        switch self {
        case .counters(let series): .counters(series.filter { $0.value !== handler })
        case .gauges(let series): .gauges(series.filter { $0.value !== handler })
        case .histograms(let series): .histograms(series.filter { $0.value !== handler })
        }
    }
}
