package wok.hub;

/** Pauses that an interrupted thread ends with a message. Any thread. */
final class Interruption {
    private Interruption() {}

    /**
     * Sleeps.
     *
     * @throws HubException if the thread is interrupted; it stays marked so
     */
    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static HubException interrupted(Exception e) {
        Thread.currentThread().interrupt();
        return new HubException("interrupted; what was downloaded is kept, pull again to go on", e);
    }
}
