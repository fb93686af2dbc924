package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"guanxi/infra/local/template"
)

// Signer is the access key with which a request is signed, "" for none. No signature is checked: everything listens on
// loopback. See "Authorization header", IAM/latest/UserGuide/reference_sigv-authentication-methods.html.
func Signer(r *http.Request) string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	id, _, _ := strings.Cut(credential, "/")
	return id
}

// DynamoDB passes on the calls that may be made and refuses the others as DynamoDB does: "Error handling with DynamoDB",
// amazondynamodb/latest/developerguide/Programming.Errors.html.
func (l *Ledger) DynamoDB(next http.Handler) http.Handler {
	return l.guard(next, dynamoDB, func(w http.ResponseWriter, d *Denied) {
		refuse(w, http.StatusBadRequest, "com.amazon.coral.service#AccessDeniedException", d.Error())
	})
}

// SQS does so as SQS does: with status 403, the action in lower case, and, beside the JSON protocol's type, the code of
// its older protocol, to which the clients hold: "AWS JSON protocol FAQs",
// AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html.
func (l *Ledger) SQS(next http.Handler) http.Handler {
	return l.guard(next, queue, func(w http.ResponseWriter, d *Denied) {
		lower := Denied{Caller: d.Caller, Action: strings.ToLower(d.Action), Resource: d.Resource}
		w.Header().Set("X-Amzn-Query-Error", "AccessDenied;Sender")
		refuse(w, http.StatusForbidden, "com.amazon.coral.service#AccessDeniedException", lower.Error())
	})
}

// KMS says whether a call that was signed so may be made; it is the kms server's to ask, since only the server knows
// which key a ciphertext names.
func (l *Ledger) KMS(r *http.Request, action, keyARN string, encryption map[string]string) error {
	c := l.byKey[Signer(r)]
	if c == nil {
		return nil
	}
	return c.permit(key(action, keyARN, encryption))
}

func (l *Ledger) guard(next http.Handler, needs func(p template.Place, target string, body []byte) ([]Need, error), denied func(http.ResponseWriter, *Denied)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := l.byKey[Signer(r)]
		if c == nil {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the caller went away
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		asked, err := needs(l.place, r.Header.Get("X-Amz-Target"), body)
		if err != nil {
			refuse(w, http.StatusBadRequest, "com.amazon.coral.service#SerializationException", err.Error())
			return
		}
		if d, ok := errors.AsType[*Denied](c.permit(asked...)); ok {
			denied(w, d)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": message})
}
