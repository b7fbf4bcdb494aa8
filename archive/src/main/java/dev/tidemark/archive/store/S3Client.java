package dev.tidemark.archive.store;

import io.minio.MinioAsyncClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;

/**
 * The MinIO client on an HTTP client of our own that sends every request exactly once: the one that MinIO's client makes
 * for itself repeats requests on 5xx up to five times, and OkHttp repeats them on broken connections, on redirects and on
 * a 503 that says when to come back. A repeated create-if-absent would answer "exists" to its own first try.
 */
final class S3Client {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    // A server answers a put after it has made the whole object durable.
    private static final Duration PUT_ANSWER = Duration.ofSeconds(30);
    private static final int CONNECTIONS = 64;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private S3Client() {}

    static MinioAsyncClient open(ArchiveSettings.S3 settings) {
        return MinioAsyncClient.builder()
                .endpoint(settings.endpoint())
                .region(settings.region())
                .credentials(settings.accessKey(), settings.secretKey())
                .httpClient(httpClient(), true)
                .build();
    }

    private static OkHttpClient httpClient() {
        Dispatcher dispatcher = new Dispatcher(new ThreadPoolExecutor(
                0, CONNECTIONS, IDLE.toSeconds(), TimeUnit.SECONDS, new SynchronousQueue<>(), S3Client::thread));
        dispatcher.setMaxRequests(CONNECTIONS);
        dispatcher.setMaxRequestsPerHost(CONNECTIONS);
        return new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(CONNECTIONS, IDLE.toSeconds(), TimeUnit.SECONDS))
                .connectTimeout(CONNECT)
                .readTimeout(ANSWER)
                .writeTimeout(ANSWER)
                .protocols(List.of(Protocol.HTTP_1_1))
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .addInterceptor(S3Client::patientWithPuts)
                .addNetworkInterceptor(S3Client::withoutRetryAfter)
                .build();
    }

    private static Response patientWithPuts(Interceptor.Chain chain) throws IOException {
        Interceptor.Chain patient = "PUT".equals(chain.request().method())
                ? chain.withReadTimeout((int) PUT_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                : chain;
        return patient.proceed(chain.request());
    }

    private static Response withoutRetryAfter(Interceptor.Chain chain) throws IOException {
        return chain.proceed(chain.request())
                .newBuilder()
                .removeHeader("Retry-After")
                .build();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "archive-s3");
        thread.setDaemon(true);
        return thread;
    }
}
