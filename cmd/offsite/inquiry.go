package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"offsite/casework"
	"offsite/casework/room"
)

// holdRooms lets inquiries by video be held in this process, until d.rooms.Stop.
func holdRooms(ctx context.Context, d *desk) error {
	own, err := room.New(room.Options{Listen: d.config.Inquiry.Listen, Addresses: d.config.Inquiry.Addresses, Keep: d.book.KeepPart, Logger: d.log.With("part", "inquiries")})
	if err != nil {
		return err
	}
	if err := d.rooms.Start(ctx, own); err != nil {
		own.Stop()
		return err
	}
	return nil
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
