package webhook

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"guanxi/internal/telemetry"
	"guanxi/internal/webhook/intake"
)

// answer is what a shop gets for a verified delivery: always 200, so that it
// does not deliver again what will never change.
type answer struct {
	Status string `json:"status"` // accepted, ignored, kept_for_review
	Reason string `json:"reason,omitempty"`
	metric telemetry.Metric
}

func accepted() answer { return answer{Status: "accepted", metric: telemetry.DeliveriesAccepted} }
func ignored(why string) answer {
	return answer{Status: "ignored", Reason: why, metric: telemetry.DeliveriesIgnored}
}
func kept(reason intake.Reason) answer {
	return answer{Status: "kept_for_review", Reason: string(reason), metric: telemetry.DeliveriesKept}
}
func (a answer) write(w http.ResponseWriter) { writeJSON(w, "application/json", http.StatusOK, a) }

// Route is the route of all deliveries. It stands for the address in problems
// and logs: the address itself may hold a secret of the platform.
const Route = "/v1/webhooks/{platform}/{connection}"

// problem is an RFC 9457 problem document. It never says why.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance"`
}

func refuse(w http.ResponseWriter, status int, detail string) {
	writeJSON(w, "application/problem+json", status, problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Instance: Route,
	})
}

func tryLater(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(after.Seconds()))))
	refuse(w, http.StatusServiceUnavailable, "try again later")
}

func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // a caller that went away is no error of ours
}
