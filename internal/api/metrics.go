package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ecrm/internal/proxy"
	"ecrm/internal/record"
)

// metrics is what the server tells a monitor of itself.
type metrics struct {
	registry *prometheus.Registry
	handler  http.Handler
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  prometheus.Gauge
	streams  prometheus.Gauge
	refused  prometheus.CounterFunc
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ecrm_http_requests_total", Help: "Requests answered."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ecrm_http_request_seconds", Help: "Time to answer a request; event streams are left out.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "ecrm_http_requests_running", Help: "Requests under way, event streams left out."}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "ecrm_live_streams", Help: "Event streams open."}),
	}
	m.refused = prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "ecrm_http_requests_refused_total", Help: "Requests told to come again, since too many came at once."},
		func() float64 { return float64(s.readers.refused.Load() + s.changers.refused.Load()) })
	m.registry.MustRegister(m.requests, m.seconds, m.running, m.streams, m.refused, state{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelError), ErrorHandling: promhttp.ContinueOnError})
	return m
}

// watched is an answer whose status and duration are noted.
type watched struct {
	http.ResponseWriter
	metrics *metrics
	access  access
	status  int
	started time.Time
}

// begin notes the beginning of a request on a route.
func (m *metrics) begin(a access, w http.ResponseWriter) *watched {
	if a.stream() {
		m.streams.Inc()
	} else {
		m.running.Inc()
	}
	return &watched{ResponseWriter: w, metrics: m, access: a, started: time.Now()}
}

func (a access) stream() bool { return a.path == prefix+"events" }

func (w *watched) end() {
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	method := w.access.method
	if method == "" {
		method = "any"
	}
	w.metrics.requests.WithLabelValues(method, w.access.path, strconv.Itoa(status)).Inc()
	if w.access.stream() {
		w.metrics.streams.Dec()
		return
	}
	w.metrics.running.Dec()
	w.metrics.seconds.WithLabelValues(method, w.access.path).Observe(time.Since(w.started).Seconds())
}

// WriteHeader notes the status and sends it.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Flush sends what was written so far.
func (w *watched) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap gives http.ResponseController the answer itself.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// state reads, when asked, what no counter holds.
type state struct{ server *Server }

var (
	writesWaiting = prometheus.NewDesc("ecrm_database_writes_waiting", "Writes running or waiting for their turn.", []string{"class"}, nil)
	writesTotal   = prometheus.NewDesc("ecrm_database_writes_total", "Writes since the start.", []string{"result"}, nil)
	writesSeconds = prometheus.NewDesc("ecrm_database_write_seconds_total", "Time all writes took together, waiting included.", nil, nil)
	connections   = prometheus.NewDesc("ecrm_database_connections", "Connections in use.", nil, nil)
	databaseBytes = prometheus.NewDesc("ecrm_database_bytes", "Size of the database.", nil, nil)
	jobsByState   = prometheus.NewDesc("ecrm_jobs", "Jobs by state.", []string{"state"}, nil)
	buildInfo     = prometheus.NewDesc("ecrm_info", "The version that runs.", []string{"version", "database"}, nil)
)

// Describe lists what Collect gives.
func (state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{writesWaiting, writesTotal, writesSeconds, connections, databaseBytes, jobsByState, buildInfo} {
		out <- d
	}
}

// Collect reads the state of the database and of the jobs.
func (c state) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	db := c.server.Records.DB
	stats := db.Stats()
	gauge(writesWaiting, float64(stats.Waiting-stats.Bulk), "people")
	gauge(writesWaiting, float64(stats.Bulk), "bulk")
	counter(writesTotal, float64(stats.Done), "done")
	counter(writesTotal, float64(stats.Failed), "failed")
	counter(writesSeconds, stats.Taken.Seconds())
	gauge(connections, float64(stats.Connections))
	kind := "sqlite"
	if db.Postgres() {
		kind = "postgres"
	}
	gauge(buildInfo, 1, c.server.Version, kind)
	if size, err := db.Size(ctx); err == nil {
		gauge(databaseBytes, float64(size))
	}
	if c.server.Jobs == nil {
		return
	}
	if tally, err := c.server.Jobs.Tally(ctx); err == nil {
		for name, n := range tally {
			gauge(jobsByState, float64(n), name)
		}
	}
}

// measurements answers a monitor on this machine, or one with the token of an
// administrator. What comes through a proxy is not of this machine.
func (s *Server) measurements(r *request) error {
	if !r.local() {
		actor, person, err := s.who(r)
		switch {
		case err != nil:
			return err
		case person.MustChange:
			return errMustChange
		case !actor.Administers():
			return &record.Error{Code: "forbidden"}
		}
	}
	s.metrics.handler.ServeHTTP(r.w, r.Request)
	return nil
}

// local tells whether a request comes straight from this machine.
func (r *request) local() bool {
	ip := net.ParseIP(r.ip())
	return ip != nil && ip.IsLoopback() && !proxy.Through(r.Request)
}
