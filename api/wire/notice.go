package wire

import "offsite/exchange/push"

// NoticeDevices are the browsers on which somebody is told.
type NoticeDevices struct {
	Key   string         `json:"key" doc:"applicationServerKey of PushManager.subscribe()."`
	Kinds []string       `json:"kinds" doc:"What may be told to the account's roles: camera, finding, deadline, request, field."`
	Items []push.Browser `json:"items"`
}

// NoticeKinds are what is told on a browser.
type NoticeKinds struct {
	Kinds []string `json:"kinds" maxItems:"10"`
}

// NoticeAddress is where a browser is told.
type NoticeAddress struct {
	Endpoint string `json:"endpoint" minLength:"1" maxLength:"1000" doc:"Of its PushSubscription."`
}
