package journeys_test

import (
	"encoding/json"
	"net/http"
	"strings"
)

// set puts a setting as admin, a new one or in the place of what stands there.
func (j *journey) set(path string, value object) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	header := http.Header{}
	switch err := j.call(http.MethodGet, path, admin, nil, nil); {
	case err == nil:
		header.Set("If-Match", j.answer.header.Get("ETag"))
	case j.answer.status != http.StatusNotFound:
		return err
	}
	return j.call(http.MethodPut, path, admin, header, body)
}

func store(j *journey, a args) error {
	setting := object{"name": "Store " + a["id"]}
	if a["manager"] != "" {
		setting["manager"] = a["manager"]
	}
	return j.set("/v1/stores/"+a["id"], setting)
}

func staff(j *journey, a args) error {
	setting := object{"name": a["subject"], "role": a["role"], "active": a["gone"] == ""}
	if a["stores"] != "" {
		setting["stores"] = strings.Split(a["stores"], ",")
	}
	return j.set("/v1/staff/"+a["subject"], setting)
}

func createCustomer(j *journey, a args) error {
	fields := object{"email": a["email"]}
	for option, field := range map[string]string{"name": "name", "phone": "phone", "owner": "owner", "home": "home_store"} {
		if a[option] != "" {
			fields[field] = a[option]
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	who := admin
	if a["as"] != "" {
		who = a["as"]
	}
	return j.call(http.MethodPost, "/v1/customers", who, nil, body)
}

// contact records an interaction, a call of both sides where the line says nothing else.
func contact(j *journey, a args) error {
	id, err := j.customer(a["email"])
	if err != nil {
		return err
	}
	fields := object{"channel": "phone", "two_way": a["one-way"] == ""}
	if a["channel"] != "" {
		fields["channel"] = a["channel"]
	}
	if a["on"] != "" {
		if fields["at"], err = j.date(a["on"]); err != nil {
			return err
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return j.call(http.MethodPost, "/v1/customers/"+id+"/interactions", a["by"], nil, body)
}
