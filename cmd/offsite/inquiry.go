package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"offsite/casework"
	"offsite/casework/room"
)

// inquiries lets casework end the rooms of the process, which are opened after it.
type inquiries struct{ desk *desk }

// End implements casework.Rooms.
func (i inquiries) End(ctx context.Context, id string) error {
	if i.desk.rooms == nil {
		return nil
	}
	return i.desk.rooms.End(ctx, id)
}

// openRooms opens where inquiries by video are held.
func openRooms(d *desk) (*room.Rooms, error) {
	return room.New(room.Options{Listen: d.config.Inquiry.Listen, Addresses: d.config.Inquiry.Addresses, Keep: d.book.KeepPart, Logger: d.log.With("part", "inquiries")})
}

// sealRoomWorker seals what was recorded of inquiries by video, where evidence is sealed.
type sealRoomWorker struct {
	river.WorkerDefaults[casework.SealRoomArgs]
	watcher *watcher
}

// Work brings it to the disk; from there it goes the way of all evidence.
func (s *sealRoomWorker) Work(ctx context.Context, job *river.Job[casework.SealRoomArgs]) error {
	m, err := s.watcher.desk.book.RoomMaterial(ctx, job.Args.CaseID, job.Args.RoomID)
	if errors.Is(err, casework.ErrNotFound) {
		return nil // sealed already
	}
	if err != nil {
		return err
	}
	return s.watcher.keeper.Keep(ctx, m)
}
