package journeys_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// answer is what the system said last.
type answer struct {
	what   string // the request
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s (%s)", a.status, a.body, a.what) }

// refusal is an answer that is no success, as an error.
type refusal struct{ answer }

func (r refusal) Error() string { return "answered " + r.answer.String() }

// call sends a request to the API, as who says: a subject, "nobody", or a subject and what is wrong with its token.
func (j *journey) call(method, path, who string, header http.Header, body []byte) error {
	s, err := j.running()
	if err != nil {
		return err
	}
	if path, err = j.withIDs(path); err != nil {
		return err
	}
	if header == nil {
		header = http.Header{}
	}
	if who != "nobody" {
		token, err := j.token(who)
		if err != nil {
			return err
		}
		header.Set("Authorization", "Bearer "+token)
	}
	if body != nil && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	if j.answer, err = send(method, s.api+path, header, body); err != nil {
		return err
	}
	j.told = fmt.Appendf(j.told, "%v\n", j.answer.header)
	if j.answer.status >= 400 {
		j.told = fmt.Appendf(j.told, "%s\n", j.answer.body)
	}
	if err := j.answer.discreet(); err != nil {
		return err
	}
	if location := j.answer.header.Get("Location"); location != "" {
		j.created = location[strings.LastIndex(location, "/")+1:]
	}
	if j.answer.status >= 300 {
		return refusal{j.answer}
	}
	return nil
}

// send sends a request and reads the answer.
func send(method, url string, header http.Header, body []byte) (answer, error) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{method + " " + request.URL.Path, response.StatusCode, response.Header, bytes.TrimSpace(text)}, err
}

// inner are words that no caller should ever read.
var inner = regexp.MustCompile(`(?i)dynamo|sqs|kms|lambda|arn:|goroutine|\.go\b|internal/|functions/|127\.0\.0\.1|localhost|_TABLE|panic|smithy|huma`)

// discreet tells whether an error keeps our insides to itself, and comes as a problem where the API itself answers.
func (a answer) discreet() error {
	if a.status < 400 {
		return nil
	}
	if word := inner.Find(a.body); word != nil {
		return fmt.Errorf("an error shows %q: %s", word, a)
	}
	if strings.HasPrefix(a.header.Get("Content-Type"), "text/html") { // a page for people
		return nil
	}
	var gateways struct{ Message string }
	if json.Unmarshal(a.body, &gateways) == nil && gateways.Message != "" {
		return nil
	}
	var problem struct {
		Type, Title string
		Status      int
	}
	if err := json.Unmarshal(a.body, &problem); err != nil || problem.Status != a.status || problem.Title == "" || a.header.Get("Content-Type") != "application/problem+json" {
		return fmt.Errorf("an error is no problem document: %s", a)
	}
	return nil
}

// token is a token for who: "mei" is good; "mei/expired", "mei/other-audience" and "mei/other-issuer" are not, and
// "mei/forged" is good but for its signature.
func (j *journey) token(who string) (string, error) {
	if token, ok := j.tokens[who]; ok {
		return token, nil
	}
	subject, flaw, _ := strings.Cut(who, "/")
	grant := map[string]any{"sub": subject}
	switch flaw {
	case "", "forged":
	case "expired":
		grant["valid_for"] = -60
	case "other-audience":
		grant["aud"] = []string{"somebody-else"}
	case "other-issuer":
		grant["iss"] = "https://issuer.example.com"
	default:
		return "", fmt.Errorf("a token can't be %q", flaw)
	}
	body, err := json.Marshal(grant)
	if err != nil {
		return "", err
	}
	a, err := send(http.MethodPost, j.system.issuer+"/token", http.Header{"Content-Type": {"application/json"}}, body)
	if err != nil {
		return "", err
	}
	var minted struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.body, &minted); err != nil || minted.Token == "" {
		return "", fmt.Errorf("no token for %s: %s", who, a)
	}
	if flaw == "forged" {
		signature := strings.LastIndexByte(minted.Token, '.') + 1
		minted.Token = minted.Token[:signature] + strings.Repeat("A", len(minted.Token)-signature)
	}
	j.tokens[who] = minted.Token
	return minted.Token, nil
}

var named = regexp.MustCompile(`<[^<>\s]+@[^<>\s]+>`)

// withIDs puts customers' ids in the places of their <e-mail>: /v1/customers/<mei@example.com>/tier. <next> is the cursor
// of the last answer, <created> the id of what was created last.
func (j *journey) withIDs(text string) (string, error) {
	if strings.Contains(text, "<next>") {
		var page struct {
			Next string `json:"next_cursor"`
		}
		if err := json.Unmarshal(j.answer.body, &page); err != nil || page.Next == "" {
			return "", fmt.Errorf("the last answer has no next page: %s", j.answer)
		}
		text = strings.ReplaceAll(text, "<next>", url.QueryEscape(page.Next))
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "<trace>", j.trace), "<created>", j.created)
	for name, value := range j.kept {
		text = strings.ReplaceAll(text, name, value)
	}
	var failed error
	text = named.ReplaceAllStringFunc(text, func(email string) string {
		id, err := j.customer(strings.Trim(email, "<>"))
		if err != nil {
			failed = err
		}
		return id
	})
	return text, failed
}

// customer is the id of the one customer with this e-mail address.
func (j *journey) customer(email string) (string, error) {
	found, err := j.holders(email)
	if err != nil {
		return "", err
	}
	if id := j.gone[email]; id != "" && len(found) == 0 {
		return id, nil
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d customers have the e-mail address %s", len(found), email)
	}
	return found[0], nil
}

func (j *journey) holders(email string) (ids []string, err error) {
	var found struct{ Items []struct{ ID string } }
	err = j.read("/v1/customers?email="+url.QueryEscape(email), &found)
	for _, one := range found.Items {
		ids = append(ids, one.ID)
	}
	return ids, err
}

// read gets a resource as admin and leaves the last answer as it was.
func (j *journey) read(path string, into any) error {
	before := j.answer
	defer func() { j.answer = before }()
	if err := j.call(http.MethodGet, path, admin, nil, nil); err != nil {
		return err
	}
	return json.Unmarshal(j.answer.body, into)
}

// request is the command of an HTTP method.
func request(method string) func(*journey, args) error {
	return func(j *journey, a args) error {
		header := http.Header{}
		if a["if-unchanged"] != "" {
			header.Set("If-Match", j.answer.header.Get("ETag"))
		}
		if a["key"] != "" {
			header.Set("Idempotency-Key", a["key"])
		}
		if method == http.MethodPatch {
			header.Set("Content-Type", "application/merge-patch+json")
		}
		body, err := j.body(a)
		if err != nil {
			return err
		}
		err = j.call(method, a["path"], a["as"], header, body)
		if a["key"] != "" && err == nil && j.answer.header.Get("Idempotent-Replayed") == "" {
			j.keyed = j.answer
		}
		return err
	}
}

// body is what the line says, the script's file that it names, or an object of so many bytes.
func (j *journey) body(a args) ([]byte, error) {
	text := a["body"]
	if strings.HasSuffix(text, ".json") {
		text = j.ts.ReadFile(text)
	}
	if a["bytes"] != "" {
		n, err := number(a["bytes"])
		if err != nil {
			return nil, err
		}
		const frame = `{"name":""}`
		text = `{"name":"` + strings.Repeat("a", n-len(frame)) + `"}`
	}
	if text == "" {
		return nil, nil
	}
	text, err := j.withIDs(text)
	return []byte(text), err
}

// remember keeps a customer's id, to speak of them when their e-mail finds them no more.
func remember(j *journey, a args) error {
	id, err := j.customer(a["email"])
	j.gone[a["email"]] = id
	return err
}
